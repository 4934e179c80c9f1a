// A sandbox has no firewall, and reports this.
import { type FirewallBlock, type MachineFirewall } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import { refuseAddress } from '../firewall-address.ts';

export class SandboxFirewall implements MachineFirewall {
  async isAvailable(): Promise<boolean> {
    return false;
  }

  async block(address: string): Promise<void> {
    refuseAddress(address);
    throw new MachineError('failed', 'The sandbox has no firewall.');
  }

  async unblock(address: string): Promise<void> {
    refuseAddress(address);
  }

  async list(): Promise<FirewallBlock[]> {
    return [];
  }
}
