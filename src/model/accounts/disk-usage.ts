// How much disk space accounts take up: measured on the machine, and kept with the account.
import type { Db, FreeContext } from '../../core/context.ts';
import type { MachineUsage } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { TaskContext } from '../../core/task.ts';
import * as accounts from './accounts.ts';
import { namesOf } from './search.ts';

/** So many are stored together: nobody waits longer for the store than for these. */
const BATCH = 100;
/** How many failures are reported one by one. */
const MAX_WARNINGS = 20;

/** What an account takes up now; undefined, with a warning, where the machine can't tell. */
export async function measure(
  { machine, warn }: Pick<FreeContext, 'machine' | 'warn'>,
  username: string,
): Promise<MachineUsage | undefined> {
  try {
    return await (await machine.quota()).usage(username);
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    warn(notMeasured(username, error));
    return undefined;
  }
}

function notMeasured(username: string, error: MachineError): string {
  return `The disk use of “${username}” is what was measured last: ${error.message}`;
}

/** Measures every account of the caller and stores what it finds; no transaction is open while it measures. */
export async function measureAll({
  caller,
  machine,
  transaction,
  warn,
}: Pick<FreeContext, 'caller' | 'machine' | 'transaction' | 'warn'>): Promise<void> {
  const names = await transaction('reads', (db) => namesOf(db, accounts.visibleTo(db, caller)));
  const usages = [...(await (await machine.quota()).usages(names))];
  let failures = 0;
  for (const [name, usage] of usages) {
    if (usage instanceof MachineError && ++failures <= MAX_WARNINGS) warn(notMeasured(name, usage));
  }
  await store(usages, transaction);
  if (failures > MAX_WARNINGS) warn(`So is that of ${failures - MAX_WARNINGS} more accounts.`);
}

const root = { user: 'root', privileges: 'all' } as const;
/** The accounts of a server are measured in so many groups at most, of so many accounts at least. */
const GROUPS = 50;
const MIN_GROUP = 20;

/** Measures all accounts of this server, a group at a time, so that the work shows its progress and can be stopped. */
export async function measureInGroups({
  machine,
  transaction,
  progress,
  log,
  signal,
}: Pick<TaskContext, 'machine' | 'transaction' | 'progress' | 'log' | 'signal'>): Promise<{
  readonly measured: number;
  readonly failed: number;
}> {
  const names = await transaction('reads', (db) => namesOf(db, accounts.visibleTo(db, root)));
  const quota = await machine.quota();
  const size = Math.max(MIN_GROUP, Math.ceil(names.length / GROUPS));
  let failed = 0;
  for (let at = 0; at < names.length; at += size) {
    signal.throwIfAborted();
    progress((100 * at) / names.length, `Measured ${at} of ${names.length} accounts.`);
    const usages = [...(await quota.usages(names.slice(at, at + size)))];
    for (const [name, usage] of usages) {
      if (!(usage instanceof MachineError)) continue;
      failed += 1;
      log(notMeasured(name, usage));
    }
    await store(usages, transaction);
  }
  log(`Measured ${names.length - failed} of ${names.length} accounts.`);
  return { measured: names.length - failed, failed };
}

async function store(
  usages: readonly (readonly [string, MachineUsage | MachineError])[],
  transaction: <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) => Promise<T>,
): Promise<void> {
  for (let at = 0; at < usages.length; at += BATCH) {
    await transaction('changes', async (db) => {
      for (const [name, usage] of usages.slice(at, at + BATCH)) {
        if (!(usage instanceof MachineError)) await accounts.setUsage(db, name, usage);
      }
    });
  }
}
