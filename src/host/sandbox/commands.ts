// The sandbox runs nothing: what happens in it stays in its folder.
import type { HostCommands } from '../../core/host.ts';

export class SandboxCommands implements HostCommands {
  readonly areRun = false;

  async start(): Promise<void> {
    return undefined;
  }
}
