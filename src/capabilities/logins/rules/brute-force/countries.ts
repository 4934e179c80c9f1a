// The countries from which logins are refused, and those from which they never are. A task writes their networks.
import type { Db, SqlValue } from '../../../../core/context.ts';
import type { Machine } from '../../../../core/machine.ts';
import { isLocal, type Range } from './addresses.ts';
import type { Config } from './config.ts';
import * as history from './history.ts';
import type { ListName } from './lists.ts';

/** The task that writes their networks. */
export const WRITE_COUNTRIES = 'write-login-countries';
export const COUNTRY_LISTS: readonly ListName[] = ['black', 'white'];

/** Codes with commas between them. A country that is on both lists is allowed. */
export function countriesOf(config: Config, list: ListName): string {
  if (list === 'white') return config.country_whitelist;
  const allowed = config.country_whitelist.split(',');
  return config.country_blacklist
    .split(',')
    .filter((code) => !allowed.includes(code))
    .join();
}

/** The list that the country of an address is on. The server’s own addresses are in no country. */
export async function listOfCountry(
  { db, machine }: { readonly db: Db; readonly machine: Pick<Machine, 'system'> },
  config: Config,
  address: string,
): Promise<ListName | undefined> {
  for (const list of ['white', 'black'] as const) {
    if (countriesOf(config, list) === '' || !(await includes(db, list, address))) continue;
    return isLocal(address, machine.system) ? undefined : list;
  }
  return undefined;
}

async function includes(db: Db, list: ListName, address: string): Promise<boolean> {
  const row = await db.get<Pick<Range, 'last'>>(
    'SELECT last FROM login_country_network WHERE list = ? AND first <= ? ORDER BY first DESC LIMIT 1',
    list,
    address,
  );
  return row !== undefined && row.last >= address;
}

export interface WrittenList {
  readonly countries: string;
  /** In milliseconds since 1970-01-01. */
  readonly writtenAt: number;
}

/** Which networks are written. Undefined: none yet. */
export function written(db: Db, list: ListName): Promise<WrittenList | undefined> {
  return db.get<WrittenList>(
    'SELECT countries, written_at AS "writtenAt" FROM login_country_list WHERE list = ?',
    list,
  );
}

export function ranges(db: Db, list: ListName): Promise<Range[]> {
  return db.all('SELECT first, last FROM login_country_network WHERE list = ? ORDER BY first', list);
}

/** A statement has at most so many rows. Those with all of them are prepared once. */
const ROWS = 500;

/** Ends blocks of addresses in allowed countries. @param networks sorted, and without overlaps. */
export async function write(
  db: Db,
  list: ListName,
  { countries, writtenAt }: WrittenList,
  networks: readonly Range[],
): Promise<void> {
  await db.run('DELETE FROM login_country_network WHERE list = ?', list);
  for (let at = 0; at < networks.length; at += ROWS) {
    const part = networks.slice(at, at + ROWS);
    await db.run(
      `INSERT INTO login_country_network (list, first, last) VALUES ${part.map(() => '(?, ?, ?)').join(', ')}`,
      ...part.flatMap(({ first, last }): SqlValue[] => [list, first, last]),
    );
  }
  await db.run(
    `INSERT INTO login_country_list (list, countries, written_at) VALUES (?, ?, ?)
     ON CONFLICT (list) DO UPDATE SET countries = excluded.countries, written_at = excluded.written_at`,
    ...[list, countries, writtenAt],
  );
  if (list === 'black') return;
  for (const kind of ['brute', 'excessive'] as const) {
    for (const block of await history.listAddressBlocks(db, kind, writtenAt)) {
      if (await includes(db, 'white', block.first)) await history.removeAddressBlocks(db, [block]);
    }
  }
}
