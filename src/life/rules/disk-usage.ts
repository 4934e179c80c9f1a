// The disk usage of accounts, of their files and their databases: measured, and stored with the account.
import type { FreeContext } from '../../core/context.ts';
import type { MachineUsage } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { TaskContext } from '../../core/task.ts';
import {
  lastMeasured,
  measureDatabases,
  type Measuring,
  type DatabaseBlocks,
  type ReadSizes,
} from '../../capabilities/databases/rules/disk-usage.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { warnOfUsage } from './disk-warnings.ts';
import { namesOf } from './search.ts';

/** The task that measures all accounts. */
export const MEASURE = 'measure-disk-usage';

/** The number of results that are stored in one transaction, which takes milliseconds: other calls wait for the store. */
const BATCH = 1000;
/** The maximum number of failures that are reported individually. */
const MAX_WARNINGS = 20;

/** A value is returned without a word until it is this old. */
const FRESH_MS = 60_000;
/** Older values are measured during the call, so that the caller sees why that fails, if it does. */
const OLD_MS = 86_400_000;

/**
 * Returns an account's disk usage if it is measured during the call, which stores it. Undefined if the last measured
 * value, of the time `measuredAt`, is the answer. If that is older than a minute, a server measures in the background,
 * and a message says how old it is.
 */
export async function refresh(
  context: FreeContext,
  { username, measuredAt }: { readonly username: string; readonly measuredAt: number | undefined },
  readSizes: ReadSizes,
): Promise<MachineUsage | undefined> {
  const { later, now } = context;
  // Negative if the clock was set back. The value is then measured.
  const age = measuredAt === undefined ? NaN : now() - measuredAt;
  if (age >= 0 && age < FRESH_MS) return undefined;
  if (later !== undefined && age >= 0 && age < OLD_MS) {
    // The call has ended then, so nobody reads a warning.
    const unread = { ...context, warn: () => undefined };
    later(`disk usage of ${username}`, async () =>
      keep(context, await measureUsage(unread, username, readSizes)),
    );
    context.inform(`The disk usage was measured ${span(age)} ago. It is being measured again.`);
    return undefined;
  }
  return warnIfImpossible(context, username, async () => {
    const measured = await measureUsage(context, username, readSizes);
    if (!context.isDryRun) await keep(context, measured);
    return total(context, measured);
  });
}

function span(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const [count, unit] = minutes < 60 ? [minutes, 'minute'] : [Math.floor(minutes / 60), 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** What an account uses. Databases are undefined if they are not measured. */
interface MeasuredUsage {
  readonly username: string;
  readonly files: MachineUsage;
  readonly databases: DatabaseBlocks | undefined;
}

async function measureUsage(
  context: Measuring,
  username: string,
  readSizes?: ReadSizes,
): Promise<MeasuredUsage> {
  const files = await (await context.machine.quota()).usage(username);
  const databases = readSizes && (await measureDatabases(context, [username], readSizes)).get(username);
  return { username, files, databases };
}

/** Adds the databases to the files. Those that were not measured count as they were last measured. */
async function total(
  { transaction }: Pick<Measuring, 'transaction'>,
  { username, files, databases }: MeasuredUsage,
): Promise<MachineUsage> {
  const last = await transaction('reads', (db) => lastMeasured(db, username));
  const { mysql = last.mysql, postgresql = last.postgresql } = databases ?? {};
  return { blocks: files.blocks + mysql + postgresql, inodes: files.inodes };
}

async function keep(context: FreeContext, { username, files, databases }: MeasuredUsage): Promise<void> {
  await store(
    { usages: [[username, files]], databases: new Map(databases && [[username, databases]]) },
    context,
  );
}

/**
 * Measures the files of an account. Its databases count as they were last measured. Undefined, with a warning, if the
 * machine cannot measure the files.
 */
export async function measure(context: Measuring, username: string): Promise<MachineUsage | undefined> {
  return warnIfImpossible(context, username, async () =>
    total(context, await measureUsage(context, username)),
  );
}

async function warnIfImpossible(
  { warn }: Pick<Measuring, 'warn'>,
  username: string,
  work: () => Promise<MachineUsage>,
): Promise<MachineUsage | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    warn(notMeasured(username, error));
    return undefined;
  }
}

function notMeasured(username: string, error: MachineError): string {
  return `The disk usage of “${username}” is the last measured value: ${error.message}`;
}

/**
 * Measures every account of the caller. What is known is stored while the rest is measured. No transaction is open during
 * the measurement. If that fails, what was measured until then is stored.
 */
export async function measureAll(context: FreeContext, readSizes: ReadSizes): Promise<void> {
  const { caller, machine, transaction, warn } = context;
  const names = await transaction('reads', (db) => namesOf(db, accounts.visibleTo(db, caller)));
  // Begins once the tools run, so that they do not wait for it.
  let databases: ReturnType<typeof measureDatabases> | undefined;
  const startDatabases = () => {
    if (databases === undefined) {
      databases = measureDatabases(context, names, readSizes);
      // The call that waits for them reports the failure.
      databases.catch(() => undefined);
    }
    return databases;
  };
  let usages: Measured[] = [];
  let stored: Promise<unknown> = Promise.resolve();
  const storeThese = () => {
    const these = usages;
    usages = [];
    stored = stored.then(async () => store({ usages: these, databases: await startDatabases() }, context));
    stored.catch(() => undefined);
  };
  let failures = 0;
  try {
    await (
      await machine.quota()
    ).usages(names, (name, usage) => {
      void startDatabases();
      if (usage instanceof MachineError && ++failures <= MAX_WARNINGS) warn(notMeasured(name, usage));
      if (usages.push([name, usage]) === BATCH) storeThese();
    });
  } finally {
    storeThese();
    await stored;
  }
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
    now,
  }: Pick<TaskContext, 'machine' | 'sealer' | 'transaction' | 'progress' | 'log' | 'signal' | 'now'>,
  readSizes: ReadSizes,
): Promise<{
  readonly measured: number;
  readonly failed: number;
}> {
  const names = await transaction('reads', (db) => namesOf(db, accounts.visibleTo(db, root)));
  const quota = await machine.quota();
  const databasesAt = now();
  const databases = await measureDatabases({ machine, sealer, transaction, warn: log }, names, readSizes);
  const size = Math.max(MIN_GROUP, Math.ceil(names.length / GROUPS));
  let failed = 0;
  for (let at = 0; at < names.length; at += size) {
    signal.throwIfAborted();
    progress((100 * at) / names.length, `Measured ${at} of ${names.length} accounts.`);
    const usages: Measured[] = [];
    await quota.usages(names.slice(at, at + size), (name, usage) => {
      usages.push([name, usage]);
      if (!(usage instanceof MachineError)) return;
      failed += 1;
      log(notMeasured(name, usage));
    });
    for (const name of await store({ usages, databases, databasesAt }, { transaction, now }))
      log(`The disk usage of “${name}” has reached the next level, so its owner is notified.`);
  }
  log(`Measured ${names.length - failed} of ${names.length} accounts.`);
  return { measured: names.length - failed, failed };
}

type Measured = readonly [name: string, usage: MachineUsage | MachineError];

interface ToStore {
  readonly usages: readonly Measured[];
  readonly databases: ReadonlyMap<string, DatabaseBlocks>;
  /** If the databases were measured long before: newer sizes that are stored are kept. Default: they are new. */
  readonly databasesAt?: number;
}

/** Also warns the owners of accounts that have little space left. @returns these accounts. */
async function store(
  { usages, databases, databasesAt = Infinity }: ToStore,
  { transaction, now }: Pick<FreeContext, 'transaction' | 'now'>,
): Promise<string[]> {
  const measuredAt = now();
  const warned: string[] = [];
  for (let at = 0; at < usages.length; at += BATCH) {
    const batch = usages.slice(at, at + BATCH);
    const ofBatch = await transaction('changes', async (db) => {
      // An old size could lower a level of warnings, and the owner would be notified twice.
      const names = batch.map(([name]) => name);
      const lasts = databasesAt < Infinity ? await accounts.timesMeasured(db, names) : undefined;
      const measured = batch.map(([name, usage]) => {
        const files = usage instanceof MachineError ? undefined : usage;
        const last = lasts?.get(name);
        // A time in the future is from a clock that was wrong.
        const isNewerStored = last !== undefined && last > databasesAt && last <= measuredAt;
        const blocks = isNewerStored ? {} : databases.get(name);
        const isComplete =
          files !== undefined &&
          !isNewerStored &&
          Object.values(blocks ?? {}).every((part) => part !== undefined);
        return [name, { files, ...blocks, at: isComplete ? measuredAt : undefined }] as const;
      });
      await accounts.setUsages(db, measured);
      const counted = batch.flatMap(([name, usage]) => (usage instanceof MachineError ? [] : [name]));
      return warnOfUsage(db, counted, measuredAt);
    });
    warned.push(...ofBatch);
  }
  return warned;
}
