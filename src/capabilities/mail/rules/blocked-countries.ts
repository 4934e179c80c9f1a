// Countries whose mail this server refuses.
import type { Db } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { isCountry } from '../../../ground/rules/countries.ts';

/** The task that writes their networks. */
export const WRITE_COUNTRIES = 'write-blocked-countries';

export const countryCode = {
  type: 'string',
  required: true,
  list: true,
  doc:
    'The two-letter code of a country (ISO 3166-1), such as AU. ZZ is for addresses whose country is unknown. ' +
    'Repeatable, or numbered: country_code-1, country_code-2.',
} as const satisfies Param;

/** Returns the codes in capital letters, each once. @throws ApiError `bad_param` for what is not a country. */
export function readCountries(given: readonly string[]): string[] {
  const codes = given.map((text) => text.trim().toUpperCase());
  for (const [at, code] of codes.entries()) {
    if (isCountry(code)) continue;
    throw badParam(
      `The parameter “country_code” should be the two-letter code of a country (ISO 3166-1), or ZZ, not ${quote(given[at] ?? '')}.`,
    );
  }
  return [...new Set(codes)].sort();
}

export async function listBlockedCountries(db: Db): Promise<string[]> {
  const sql = 'SELECT country FROM mail_blocked_country WHERE server = ? ORDER BY country';
  return (await db.all<{ country: string }>(sql, db.server)).map(({ country }) => country);
}

/** @returns those that were not blocked, or not allowed, before. */
export async function changeBlockedCountries(
  db: Db,
  countries: readonly string[],
  isBlocked: boolean,
): Promise<string[]> {
  const present = new Set(await listBlockedCountries(db));
  const changed = countries.filter((country) => present.has(country) !== isBlocked);
  const sql = isBlocked
    ? 'INSERT INTO mail_blocked_country (server, country) VALUES (?, ?)'
    : 'DELETE FROM mail_blocked_country WHERE server = ? AND country = ?';
  for (const country of changed) await db.run(sql, db.server, country);
  return changed;
}
