// Warns the owner of an account whose disk space is nearly used: once at each level, and again only after the usage was
// below it. The levels and their names are those of WHM’s tweak settings.
import type { Db } from '../../core/context.ts';
import * as tweakSettings from '../../ground/rules/tweak-settings.ts';
import { BLOCKS_USED } from '../../capabilities/accounts/rules/rows.ts';

const SKIP = 'skipdiskcheck';
/** From the lowest to the highest, with their defaults. */
const levels = [
  ['emailusers_diskusage_warn_percent', 80],
  ['emailusers_diskusage_critical_percent', 90],
  ['emailusers_diskusage_full_percent', 98],
] as const;

const BLOCKS_OF_MEBIBYTE = 1024;

interface Usage {
  readonly username: string;
  /** In mebibytes. Null is unlimited. */
  readonly limit: number | null;
  /** The space of files and databases, in blocks of 1024 bytes. */
  readonly blocks: number;
  /** The level that is stored. 0: none. */
  readonly level: number;
}

/**
 * Compares what was just measured and stored with the levels, in the same transaction, so that each warning is sent once.
 * @returns the accounts whose owners are notified, if they want that.
 */
export async function warnOfUsage(db: Db, usernames: readonly string[], now: number): Promise<string[]> {
  if (usernames.length === 0) return [];
  const percentages = await readPercentages(db);
  const warned: string[] = [];
  for (const usage of await find(db, usernames, percentages)) {
    const { username } = usage;
    const percent = percentOf(usage);
    const level = percentages.findLastIndex((one) => one > 0 && percent >= one) + 1;
    if (level === usage.level) continue;
    await storeLevel(db, username, level);
    if (level < usage.level) continue;
    await tell(db, usage, now);
    warned.push(username);
  }
  return warned;
}

/** 0 or nothing disables a level. */
async function readPercentages(db: Db): Promise<number[]> {
  const set = await tweakSettings.readSeveral(db, 'Main', [SKIP, ...levels.map(([name]) => name)]);
  if (set.get(SKIP) === '1') return [];
  return levels.map(([name, initial]) => Number(set.get(name) ?? initial));
}

/** Those that may have reached a level, and those that had one. */
function find(db: Db, usernames: readonly string[], percentages: readonly number[]): Promise<Usage[]> {
  const lowest = Math.min(...percentages.filter((one) => one > 0), Number.MAX_SAFE_INTEGER);
  return db.all<Usage>(
    `SELECT account.username, account.disk_limit AS "limit", coalesce(${BLOCKS_USED}, 0) AS blocks,
       coalesce(warning.level, 0) AS level
     FROM account LEFT JOIN disk_usage_warning AS warning ON warning.username = account.username
     WHERE account.username IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})
       AND (warning.level > 0
         OR 100 * ${BLOCKS_USED} >= ${BLOCKS_OF_MEBIBYTE} * disk_limit * CAST(? AS DOUBLE PRECISION))`,
    JSON.stringify(usernames),
    lowest,
  );
}

function percentOf({ limit, blocks }: Pick<Usage, 'limit' | 'blocks'>): number {
  return limit === null || limit === 0 ? 0 : (100 * blocks) / (limit * BLOCKS_OF_MEBIBYTE);
}

async function storeLevel(db: Db, username: string, level: number): Promise<void> {
  if (level === 0) {
    await db.run('DELETE FROM disk_usage_warning WHERE username = ?', username);
    return;
  }
  await db.run(
    `INSERT INTO disk_usage_warning (username, level) VALUES (?, ?)
     ON CONFLICT (username) DO UPDATE SET level = excluded.level`,
    ...[username, level],
  );
}

async function tell(db: Db, { username, limit, blocks }: Usage, now: number): Promise<void> {
  // Loaded only here, because most calls that measure have nothing to tell.
  const { notifyAccount } = await import('../../capabilities/notify/rules/account-notifications.ts');
  const percent = Math.floor(percentOf({ limit, blocks }));
  const used = Math.floor(blocks / BLOCKS_OF_MEBIBYTE);
  const subject =
    percent >= 100
      ? 'The account has used all of its disk space'
      : `The account has used ${percent} % of its disk space`;
  const body =
    `The files and databases of the account use ${used} MiB. Its limit is ${limit} MiB. Once it is reached, it may ` +
    'not be possible to write files. Delete what is no longer needed, or ask the administrators of the server for more.';
  await notifyAccount(db, { username, event: 'notify_disk_limit', subject, body }, now);
}
