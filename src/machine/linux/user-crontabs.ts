// Crontabs by crontab(1), which checks them and has the cron daemon load them.
import type { MachineCrontabs } from '../../core/machine-crontabs.ts';
import type { MachineUsers } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import { assertNotSystemUser, userNotFound } from '../../core/machine-values.ts';
import type { runWithErrors } from './run.ts';

export class LinuxCrontabs implements MachineCrontabs {
  readonly #run: typeof runWithErrors;
  readonly #users: MachineUsers;
  readonly #bases: readonly string[];

  constructor(run: typeof runWithErrors, users: MachineUsers, bases: readonly string[]) {
    this.#run = run;
    this.#users = users;
    this.#bases = bases;
  }

  async read(user: string): Promise<string> {
    await this.#assertUsable(user);
    const { status, stdout, stderr } = await this.#run('crontab', ['-u', user, '-l'], { accept: [0, 1] });
    if (status === 0) return stdout;
    if (stderr.startsWith('no crontab for ')) return '';
    throw new MachineError('failed', `“crontab” failed: ${stderr.trim().split('\n')[0]}`);
  }

  async write(user: string, text: string): Promise<void> {
    await this.#assertUsable(user);
    if (text !== '') await this.#run('crontab', ['-u', user, '-'], { input: text });
    else if ((await this.read(user)) !== '') await this.#run('crontab', ['-u', user, '-r']);
  }

  async #assertUsable(name: string): Promise<void> {
    const user = await this.#users.find(name);
    if (user === undefined) throw userNotFound(name);
    assertNotSystemUser(user, this.#bases);
    await assertNotSuspended(this.#users, name);
  }
}

/** A crontab of a suspended user would run. */
export async function assertNotSuspended(users: MachineUsers, name: string): Promise<void> {
  if (await users.isSuspended(name))
    throw new MachineError('failed', `“${name}” is suspended, so its scheduled jobs cannot be used.`);
}
