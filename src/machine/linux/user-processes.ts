// Ends all processes of a user, even if they fork faster than they can be listed.
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
/** The number of tries. The kernel might need time, and a hostile user might end the process that sends the signal. */
const MAX_TRIES = 100;
const FEW_TRIES = 3;
const LOOKS = 2;
/** All states of proc(5) except zombie and dead, in which a process runs nothing and only waits for its parent. */
const LIVING = 'RSDTtWKPI';
const MAX_LISTED = 5;

/**
 * Sends SIGKILL to all processes of the user, from a process of that user. The kernel signals all of them at once, and
 * a process with a pending SIGKILL cannot fork. The script needs no exec after setuid: the kernel refuses an exec if
 * the user's processes exhaust their limit. setuid also sets the saved user ID, so the script cannot reach anything of
 * root.
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
   * Sends SIGTERM first, then SIGKILL. Returns when two checks in a row have found no process, or, if it may leave some,
   * after a few tries.
   * @throws MachineError `failed` if processes are left after a hundred tries, which take about ten seconds.
   */
  async end(user: MachineUser, { mayLeaveSome = false } = {}): Promise<void> {
    assertNotSystemUser(user);
    await this.#waitForEnd(user, await this.#ask(user));
    await this.#endSession(user);
    for (let tries = 1, clean = 0; clean < LOOKS; tries++) {
      await this.#killAll(user);
      const left = await this.#list(user);
      clean = left.length === 0 ? clean + 1 : 0;
      if (left.length > 0 && mayLeaveSome && tries >= FEW_TRIES) return;
      if (left.length > 0 && tries >= MAX_TRIES) throw notEnded(user, left);
      if (left.length > 0) await sleep(POLL_MS);
    }
  }

  /** @returns the processes that were asked to end. */
  async #ask(user: MachineUser): Promise<string[]> {
    const asked = await this.#list(user);
    if (asked.length > 0)
      await this.#run('pkill', ['--signal', 'TERM', '--uid', String(user.uid)], { accept: [0, 1] });
    return asked;
  }

  /** Does not wait for those that were started meanwhile: a daemon may start one again at once. */
  async #waitForEnd(user: MachineUser, asked: readonly string[]): Promise<void> {
    if (asked.length === 0) return;
    for (let waited = 0; waited < POLITE_MS; waited += POLL_MS) {
      const left = await this.#list(user);
      if (!left.some((one) => asked.includes(one))) return;
      await sleep(POLL_MS);
    }
  }

  /** If systemd created a control group for the user's logins, the kernel ends the whole group at once. */
  async #endSession({ uid }: MachineUser): Promise<void> {
    // The file is missing without systemd, if the user has not logged in, or with an old kernel.
    const place = `/sys/fs/cgroup/user.slice/user-${uid}.slice/cgroup.kill`;
    await writeFile(place, '1', { flag: 'r+' }).catch(() => undefined);
  }

  /** The user's own processes can signal this process too, and stop it. `end` therefore repeats it. */
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

/** The last check: killing all processes of root, or of a daemon's user, would take the server down. */
function assertNotSystemUser({ name, uid, gid }: MachineUser): void {
  if (!(Number.isInteger(uid) && uid >= FIRST_UID && Number.isInteger(gid) && gid > 0)) {
    throw new MachineError('not_ours', `“${name}” is a system user. Its processes are not ended.`);
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
