// The sandbox has no firewall, and says so.
import { type FirewallBlock, type HostFirewall } from '../../core/host.ts';
import { HostError } from '../../core/host-error.ts';
import { refuseAddress } from '../firewall-address.ts';

export class SandboxFirewall implements HostFirewall {
  async isAvailable(): Promise<boolean> {
    return false;
  }

  async block(address: string): Promise<void> {
    refuseAddress(address);
    throw new HostError('failed', 'The sandbox has no firewall.');
  }

  async unblock(address: string): Promise<void> {
    refuseAddress(address);
  }

  async list(): Promise<FirewallBlock[]> {
    return [];
  }
}
