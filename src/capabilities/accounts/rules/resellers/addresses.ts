// The IP addresses that a reseller may use, the reseller's main address, and its nameservers.
import type { Db } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import { anyOf, quote } from '../../../../core/quote.ts';
import { domainName } from '../../../../ground/rules/accounts/names.ts';

/** Splits a comma-separated list. */
export function readWords(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ''))];
}

/** Returns the addresses that a reseller may use, in the machine's order. Root may use all of them. */
export async function listUsable(
  db: Db,
  user: string,
  ofMachine: readonly string[],
): Promise<{ readonly areAll: boolean; readonly ips: string[] }> {
  const row = await db.get<{ restricted: 0 | 1 }>(
    'SELECT delegates_ips AS restricted FROM reseller WHERE username = ?',
    user,
  );
  if (row?.restricted !== 1) return { areAll: true, ips: [...ofMachine] };
  const rows = await db.all<{ ip: string }>('SELECT ip FROM reseller_ip WHERE username = ?', user);
  const delegated = new Set(rows.map(({ ip }) => ip));
  return { areAll: false, ips: ofMachine.filter((ip) => delegated.has(ip)) };
}

/**
 * Restricts a reseller to these addresses. @throws ApiError `bad_param` for an address that the machine does not have.
 */
export async function restrict(
  db: Db,
  user: string,
  ips: readonly string[],
  ofMachine: readonly string[],
): Promise<void> {
  const strange = ips.filter((ip) => !ofMachine.includes(ip));
  if (strange.length > 0) {
    const named = strange.slice(0, 10).map(quote).join(', ');
    throw badParam(
      `The parameter “ips” should name addresses of this server (${ofMachine.join(', ')}), not ${named}.`,
    );
  }
  await setRestriction(db, user, true, ips);
}

/** Allows a reseller to use every address of the machine. */
export async function lift(db: Db, user: string): Promise<void> {
  await setRestriction(db, user, false, []);
}

async function setRestriction(
  db: Db,
  user: string,
  isRestricted: boolean,
  ips: readonly string[],
): Promise<void> {
  await db.run('UPDATE reseller SET delegates_ips = ? WHERE username = ?', Number(isRestricted), user);
  await db.run('DELETE FROM reseller_ip WHERE username = ?', user);
  for (const ip of ips) await db.run('INSERT INTO reseller_ip (username, ip) VALUES (?, ?)', user, ip);
}

/** No reseller may use the address any longer. */
export async function withdraw(db: Db, ip: string): Promise<void> {
  await db.run('DELETE FROM reseller_ip WHERE ip = ?', ip);
}

/** Returns the address that a reseller's accounts share. Null if it is the machine's main address. */
export async function findMain(db: Db, user: string): Promise<string | null> {
  const row = await db.get<{ ip: string | null }>(
    'SELECT main_ip AS ip FROM reseller WHERE username = ?',
    user,
  );
  return row?.ip ?? null;
}

/** True if it is the shared address of any reseller's accounts. */
export async function isMainOfAny(db: Db, ip: string): Promise<boolean> {
  return (await db.get('SELECT 1 FROM reseller WHERE main_ip = ?', ip)) !== undefined;
}

/** @throws ApiError `bad_param` if the reseller may not use the address. */
export async function setMain(db: Db, user: string, ip: string, ofMachine: readonly string[]): Promise<void> {
  const { ips } = await listUsable(db, user, ofMachine);
  if (!ips.includes(ip)) {
    const usable = ips.length === 0 ? 'none; delegate some with setresellerips' : anyOf(ips);
    throw badParam(
      `The parameter “ip” should be an address that “${user}” may use (${usable}), not ${quote(ip)}.`,
    );
  }
  await db.run('UPDATE reseller SET main_ip = ? WHERE username = ?', ip, user);
}

/** The maximum number of nameservers of an account. */
const MAX_NAMESERVERS = 4;

/** Returns the nameservers for the accounts of an owner. Empty if none are set. */
export async function listNameservers(db: Db, owner: string): Promise<string[]> {
  const row = await db.get<{ nameservers: string }>(
    'SELECT nameservers FROM reseller WHERE username = ?',
    owner,
  );
  return readWords(row?.nameservers ?? '');
}

/** The nameservers of all resellers but one. */
export async function listNameserversOfOthers(db: Db, user: string): Promise<string[]> {
  const rows = await db.all<{ nameservers: string }>(
    "SELECT nameservers FROM reseller WHERE username <> ? AND nameservers <> ''",
    user,
  );
  return rows.flatMap(({ nameservers }) => readWords(nameservers));
}

/** @throws ApiError `bad_param` for an invalid hostname, or too many. */
export async function setNameservers(db: Db, user: string, given: readonly string[]): Promise<void> {
  const { matches, expects } = domainName.pattern;
  const wrong = given.filter((name) => name.length > domainName.maxLength || !matches.test(name));
  if (wrong.length > 0) {
    const named = wrong.slice(0, 10).map(quote).join(', ');
    throw badParam(`Each of “nameservers” should be ${expects}, not ${named}.`);
  }
  const names = new Set(given.map((name) => name.toLowerCase()));
  if (names.size > MAX_NAMESERVERS) {
    throw badParam(
      `The parameter “nameservers” should be at most ${MAX_NAMESERVERS} names, not ${names.size}.`,
    );
  }
  await db.run('UPDATE reseller SET nameservers = ? WHERE username = ?', [...names].join(','), user);
}
