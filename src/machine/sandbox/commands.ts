// The sandbox runs nothing: what happens in it stays in its folder.
import type { MachineCommands } from '../../core/machine.ts';

export class SandboxCommands implements MachineCommands {
  readonly areRun = false;

  async start(): Promise<void> {
    return undefined;
  }
}
