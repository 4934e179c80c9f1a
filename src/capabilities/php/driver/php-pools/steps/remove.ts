// Removes all pools of an account, of every release, even if their files were edited by hand.
import type { Machine } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { digestOf, type DriverPort, type FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { linesOfDiff } from '../../../../../ground/driver/diffs.ts';
import { assertWholeConfiguration, exclusively, isRunning } from '../control.ts';
import { poolSteps } from '../driver.ts';
import { accountFile, CONFIGURATION, poolFolder, usernameOf } from '../places.ts';
import { assertAccepted } from '../refusal.ts';

interface Input {
  readonly username: string;
}

interface Removed {
  readonly release: string;
  /** The digest of the file. */
  readonly digest: string;
  /** Its sockets. */
  readonly sockets: readonly string[];
  readonly memento: FileMemento;
}

export default defineStep<Input, readonly Removed[]>({
  kind: 'php-pools/remove',
  describe: ({ username }) => `Remove the pools of “${username}” from PHP-FPM, if there are any.`,
  async preview(machine, { username }) {
    const diffs = await Promise.all(
      (await findFiles(machine, username)).map((found) => stepOf(username, found).preview(machine)),
    );
    return diffs.flatMap(linesOfDiff);
  },
  async prepare(machine, { username }) {
    const removed: Removed[] = [];
    for (const found of await findFiles(machine, username)) {
      removed.push({ ...found, memento: await stepOf(username, found).prepare(machine) });
    }
    return removed;
  },
  async apply(machine, { input: { username }, memento }) {
    for (const one of memento) await stepOf(username, one).apply(machine, one.memento);
  },
  async undo(machine, { input: { username }, memento }) {
    for (const one of memento) await stepOf(username, one).undo(machine, one.memento);
  },
});

/**
 * A test of the whole configuration takes long with many accounts, so it is made only if somebody has changed something
 * since PHP-FPM read it.
 * @throws MachineError `failed` if a running PHP-FPM with pools of the account rejects its whole configuration.
 */
export async function assertRemovable(machine: Machine, username: string): Promise<void> {
  for (const { release } of await findFiles(machine, username)) {
    await assertAccepted(machine, release);
    const port = await poolSteps(release).port(machine);
    if ((await haveUsers(machine, release, port)) || !(await isRunning(release, port))) continue;
    await exclusively(release, port)(() => assertWholeConfiguration(release, port));
  }
}

/** True if no pool of ours names a user whom somebody has removed by hand. */
async function haveUsers(machine: Machine, release: string, { files }: DriverPort): Promise<boolean> {
  const folder = poolFolder(release);
  const paths = (await files.list(folder)).map((name) => `${folder}/${name}`);
  const names = paths.map(usernameOf).filter((name) => name !== '');
  return (await (await machine.users()).findAll(names)).size === names.length;
}

function stepOf(username: string, { release, digest, sockets }: Omit<Removed, 'memento'>) {
  const account = { username, pools: [], replaces: digest, closes: sockets };
  return poolSteps(release).step(`php-pools ${release}`, '', { release, accounts: [account] });
}

async function findFiles(machine: Machine, username: string): Promise<Omit<Removed, 'memento'>[]> {
  const files = await machine.files([CONFIGURATION]);
  const found: Omit<Removed, 'memento'>[] = [];
  for (const release of await files.list(CONFIGURATION)) {
    if (!/^\d\.\d{1,2}$/.test(release)) continue;
    const bytes = await files.read(accountFile(release, username));
    if (bytes === undefined) continue;
    const text = new TextDecoder().decode(bytes);
    const sockets = [...text.matchAll(/^listen = (\/run\/whmapi1-php\/\S+)$/gm)].map(([, path = '']) => path);
    found.push({ release, digest: digestOf(bytes), sockets });
  }
  return found;
}
