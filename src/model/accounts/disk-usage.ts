// The disk usage of accounts, of their files and their databases: measured, and stored with the account.
import type { Db, FreeContext } from '../../core/context.ts';
import type { MachineUsage } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { TaskContext } from '../../core/task.ts';
import {
  lastMeasured,
  measureDatabases,
  store as storeDatabases,
  type DatabaseBlocks,
  type ReadSizes,
} from '../databases/disk-usage.ts';
import * as accounts from './accounts.ts';
import { namesOf } from './search.ts';

/** The task that measures all accounts. */
export const MEASURE = 'measure-disk-usage';

/** The number of results that are stored in one transaction. Other calls wait for the store only this long. */
const BATCH = 100;
/** The maximum number of failures that are reported individually. */
const MAX_WARNINGS = 20;

export type Measuring = Pick<FreeContext, 'machine' | 'sealer' | 'transaction' | 'warn'>;

/**
 * Measures an account's disk usage. Undefined, with a warning, if the machine cannot measure it.
 * @param readSizes measures databases too. Default: they count as they were last measured.
 */
export async function measure(
  context: Measuring,
  username: string,
  readSizes?: ReadSizes,
): Promise<MachineUsage | undefined> {
  const { machine, transaction, warn } = context;
  try {
    const { blocks, inodes } = await (await machine.quota()).usage(username);
    const measured = readSizes && (await measureDatabases(context, [username], readSizes)).get(username);
    const last = await transaction('reads', (db) => lastMeasured(db, username));
    const { mysql = last.mysql, postgresql = last.postgresql } = measured ?? {};
    return { blocks: blocks + mysql + postgresql, inodes };
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
export async function measureAll(
  context: Measuring & Pick<FreeContext, 'caller'>,
  readSizes: ReadSizes,
): Promise<void> {
  const { caller, machine, transaction, warn } = context;
  const names = await transaction('reads', (db) => namesOf(db, accounts.visibleTo(db, caller)));
  const usages = [...(await (await machine.quota()).usages(names))];
  let failures = 0;
  for (const [name, usage] of usages) {
    if (usage instanceof MachineError && ++failures <= MAX_WARNINGS) warn(notMeasured(name, usage));
  }
  await store({ usages, databases: await measureDatabases(context, names, readSizes) }, transaction);
  if (failures > MAX_WARNINGS) warn(`The same applies to ${failures - MAX_WARNINGS} more accounts.`);
}

const root = { user: 'root', privileges: 'all' } as const;
/** All accounts are measured in at most this number of groups. A group has at least this number of accounts. */
const GROUPS = 50;
const MIN_GROUP = 20;

/** Measures all accounts of this server in groups, so that the task can report its progress and can be stopped. */
export async function measureInGroups(
  {
    machine,
    sealer,
    transaction,
    progress,
    log,
    signal,
  }: Pick<TaskContext, 'machine' | 'sealer' | 'transaction' | 'progress' | 'log' | 'signal'>,
  readSizes: ReadSizes,
): Promise<{
  readonly measured: number;
  readonly failed: number;
}> {
  const names = await transaction('reads', (db) => namesOf(db, accounts.visibleTo(db, root)));
  const quota = await machine.quota();
  const databases = await measureDatabases({ machine, sealer, transaction, warn: log }, names, readSizes);
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
    await store({ usages, databases }, transaction);
  }
  log(`Measured ${names.length - failed} of ${names.length} accounts.`);
  return { measured: names.length - failed, failed };
}

interface Measured {
  readonly usages: readonly (readonly [string, MachineUsage | MachineError])[];
  readonly databases: ReadonlyMap<string, DatabaseBlocks>;
}

async function store(
  { usages, databases }: Measured,
  transaction: <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) => Promise<T>,
): Promise<void> {
  for (let at = 0; at < usages.length; at += BATCH) {
    await transaction('changes', async (db) => {
      for (const [name, usage] of usages.slice(at, at + BATCH)) {
        if (!(usage instanceof MachineError)) await accounts.setUsage(db, name, usage);
        const blocks = databases.get(name);
        if (blocks !== undefined) await storeDatabases(db, name, blocks);
      }
    });
  }
}
