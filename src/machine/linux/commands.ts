// Runs programs for root. timeout(1) limits their time, even after this process has ended.
import { spawn } from 'node:child_process';
import { type MachineCommands } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import { environment } from './environment.ts';

export class LinuxCommands implements MachineCommands {
  readonly isSupported = true;

  async start(words: readonly string[], limitMs: number): Promise<void> {
    if (words.some((word) => word.includes('\0')))
      throw new TypeError('A word of a command cannot contain NUL.');
    await new Promise<void>((done, fail) => {
      const child = spawn('timeout', ['--signal=KILL', String(limitMs / 1000), ...words], {
        env: environment,
        cwd: '/',
        stdio: 'ignore',
        detached: true,
      });
      child.once('error', (cause) =>
        fail(new MachineError('failed', '“timeout” could not be run.', { cause })),
      );
      child.once('spawn', () => {
        child.unref();
        done();
      });
    });
  }
}
