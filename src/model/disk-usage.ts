// How much disk space accounts take up: measured on the machine, and kept with the account.
import type { Context } from '../core/context.ts';
import { HostError } from '../core/host-error.ts';
import * as accounts from './accounts.ts';
import { namesOf } from './account-search.ts';

export interface Usage {
  readonly blocks: number;
  readonly inodes: number;
}

/** Each may be a process that reads a whole home. */
const AT_ONCE = 4;
/** So many are stored together. */
const BATCH = 100;
/** How many failures are told of one by one. */
const MOST_WARNINGS = 20;

/** What an account takes up now; undefined, with a warning, where the machine can't tell. */
export async function measure(
  { host, warn }: Pick<Context, 'host' | 'warn'>,
  username: string,
): Promise<Usage | undefined> {
  try {
    return await (await host.quota()).usage(username);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    warn(`The disk use of “${username}” is what was measured last: ${error.message}`);
    return undefined;
  }
}

/** Measures every account of the caller and stores what it finds; no transaction is open while it measures. */
export async function measureAll({
  caller,
  host,
  transaction,
  warn,
}: Pick<Context, 'caller' | 'host' | 'transaction' | 'warn'>): Promise<void> {
  const names = await transaction('reads', (db) => namesOf(db, accounts.visibleTo(db, caller)));
  let failures = 0;
  const fail = (sentence: string) => {
    if (++failures <= MOST_WARNINGS) warn(sentence);
  };
  for (let at = 0; at < names.length; at += BATCH) {
    const measured = new Map<string, Usage>();
    const waiting = names.slice(at, at + BATCH).values();
    const work = async () => {
      for (const name of waiting) {
        const usage = await measure({ host, warn: fail }, name);
        if (usage !== undefined) measured.set(name, usage);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await transaction('changes', async (db) => {
      for (const [name, usage] of measured) await accounts.setUsage(db, name, usage);
    });
  }
  if (failures > MOST_WARNINGS) warn(`So is that of ${failures - MOST_WARNINGS} more accounts.`);
}
