// Ends all processes of a user, also those that fork faster than anybody can list them.
import { writeFile } from 'node:fs/promises';
import { execPath } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MachineUser } from '../../core/machine.ts';
import { FIRST_UID } from '../../core/machine-values.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { Run } from './run.ts';

const POLL_MS = 50;
/** How long a process may take to end after SIGTERM. */
const POLITE_MS = 2000;
/** How often it is tried: the kernel may need time to end a process, and a hostile user may end what sends the signal. */
const MAX_TRIES = 100;
const LOOKS = 2;
/** All states of proc(5) but zombie and dead: those run nothing, and wait for their parent alone. */
const LIVING = 'RSDTtWKPI';
const MAX_LISTED = 5;

/**
 * Sends SIGKILL to everything that the user runs, from a process of that user: the kernel reaches all of them in one go,
 * and a process that has the signal pending cannot fork. It needs no exec after setuid, which the kernel refuses where
 * the user's processes exhaust their limit. The saved user ID is set as well: nothing of root's is in reach.
 */
const KILL_ALL = `
  const [uid, gid] = process.argv.slice(1).map(Number);
  process.setgroups([gid]);
  process.setgid(gid);
  process.setuid(uid);
  if (process.getuid() !== uid || process.geteuid() !== uid || uid < ${FIRST_UID}) process.exit(1);
  process.kill(-1, 'SIGKILL');
`;

export class UserProcesses {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  /**
   * Asks first, then forces. Returns once two looks in a row found no process left.
   * @throws MachineError `failed` if some are left after a hundred tries, which take about ten seconds.
   */
  async end(user: MachineUser): Promise<void> {
    assertNotSystemUser(user);
    if (await this.#ask(user)) await this.#waitForEnd(user);
    await this.#endSession(user);
    for (let tries = 1, clean = 0; clean < LOOKS; tries++) {
      await this.#killAll(user);
      const left = await this.#list(user);
      clean = left.length === 0 ? clean + 1 : 0;
      if (left.length > 0 && tries >= MAX_TRIES) throw notEnded(user, left);
      if (left.length > 0) await sleep(POLL_MS);
    }
  }

  /** Returns whether there were any to ask. */
  async #ask({ uid }: MachineUser): Promise<boolean> {
    const { status } = await this.#run('pkill', ['--signal', 'TERM', '--uid', String(uid)], {
      accept: [0, 1],
    });
    return status === 0;
  }

  async #waitForEnd(user: MachineUser): Promise<void> {
    for (let waited = 0; waited < POLITE_MS; waited += POLL_MS) {
      if ((await this.#list(user)).length === 0) return;
      await sleep(POLL_MS);
    }
  }

  /** Where systemd gave the user's logins a control group of their own, the kernel ends all of it at once. */
  async #endSession({ uid }: MachineUser): Promise<void> {
    // Missing where there is no systemd, or the user has not logged in; an old kernel has no such file.
    const place = `/sys/fs/cgroup/user.slice/user-${uid}.slice/cgroup.kill`;
    await writeFile(place, '1', { flag: 'r+' }).catch(() => undefined);
  }

  /** May be stopped by the user's own processes, which can send signals to it as well: `end` repeats it. */
  async #killAll({ uid, gid }: MachineUser): Promise<void> {
    const isDone = await this.#run('kill', ['-KILL', '--', '-1'], { accept: [0, 1], as: { uid, gid } }).then(
      () => true,
      () => false,
    );
    if (isDone) return;
    const words = ['--eval', KILL_ALL, '--', String(uid), String(gid)];
    await this.#run(execPath, words).catch(() => undefined);
  }

  async #list({ uid }: MachineUser): Promise<string[]> {
    const words = ['--uid', String(uid), '--runstates', LIVING];
    const { stdout } = await this.#run('pgrep', words, { accept: [0, 1] });
    return stdout.split('\n').filter((line) => line !== '');
  }
}

/** The last guard: a kill of all processes of root, or of a daemon's user, would take the server down. */
function assertNotSystemUser({ name, uid, gid }: MachineUser): void {
  if (!(Number.isInteger(uid) && uid >= FIRST_UID && Number.isInteger(gid) && gid > 0)) {
    throw new MachineError('not_ours', `“${name}” is a user of the system. Its processes are not ended.`);
  }
}

function notEnded({ name }: MachineUser, left: readonly string[]): MachineError {
  const listed = left.slice(0, MAX_LISTED).join(', ');
  const more = left.length > MAX_LISTED ? ` and ${left.length - MAX_LISTED} more` : '';
  return new MachineError(
    'failed',
    `Processes of “${name}” could not be ended: ${listed}${more}. End them by hand, then retry the call.`,
  );
}
