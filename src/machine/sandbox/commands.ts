// A sandbox runs no commands, so it changes nothing outside its folder.
import type { MachineCommands } from '../../core/machine.ts';

export class SandboxCommands implements MachineCommands {
  readonly isSupported = false;

  async start(): Promise<void> {
    return undefined;
  }
}
