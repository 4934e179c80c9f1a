// The disk usage of accounts: measured on the machine, and stored with the account.
import type { Db, FreeContext } from '../../core/context.ts';
import type { MachineUsage } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { TaskContext } from '../../core/task.ts';
import * as accounts from './accounts.ts';
import { namesOf } from './search.ts';

/** The number of results that are stored in one transaction. Other calls wait for the store only this long. */
const BATCH = 100;
/** The maximum number of failures that are reported individually. */
const MAX_WARNINGS = 20;

/** Measures an account's disk usage. Undefined, with a warning, if the machine cannot measure it. */
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
  return `The disk usage of “${username}” is the last measured value: ${error.message}`;
}

/** Measures every account of the caller and stores the results. No transaction is open during the measurement. */
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
  if (failures > MAX_WARNINGS) warn(`The same applies to ${failures - MAX_WARNINGS} more accounts.`);
}

const root = { user: 'root', privileges: 'all' } as const;
/** All accounts are measured in at most this number of groups. A group has at least this number of accounts. */
const GROUPS = 50;
const MIN_GROUP = 20;

/** Measures all accounts of this server in groups, so that the task can report its progress and can be stopped. */
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
