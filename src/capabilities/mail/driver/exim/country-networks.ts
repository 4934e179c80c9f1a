// The networks of countries, as Exim looks them up.
import type { Machine } from '../../../../core/machine.ts';
import { isNewerThan, networksOf } from '../../../../ground/driver/countries/networks.ts';
import { COUNTRIES_FOLDER, NETWORKS, NETWORKS_SCHEMA } from './country-acl.ts';

const attributes = { group: 'Debian-exim', mode: 0o640 };

/** True if Exim looks up the networks of other countries than these, or older ones than the database has. */
export async function isStale(
  machine: Pick<Machine, 'files' | 'sqliteFiles'>,
  countries: readonly string[],
): Promise<boolean> {
  const sqlite = await machine.sqliteFiles([COUNTRIES_FOLDER]);
  const rows = await sqlite.read(NETWORKS, (file) =>
    file.all<{ code: string }>('SELECT code FROM country ORDER BY code'),
  );
  const written = (rows ?? []).map(({ code }) => code);
  if (written.join() !== countries.join()) return true;
  if (written.length === 0) return false;
  const files = await machine.files([COUNTRIES_FOLDER]);
  return isNewerThan(machine, (await files.facts(NETWORKS))?.modifiedAt ?? 0);
}

/**
 * Writes the networks of these countries, and no others.
 * @throws MachineError `failed` if they are not known.
 */
export async function writeCountries(
  machine: Pick<Machine, 'files' | 'sqliteFiles' | 'tools'>,
  countries: readonly string[],
): Promise<void> {
  const networks = await networksOf(machine, countries);
  const files = await machine.files([COUNTRIES_FOLDER]);
  await files.makeDirectory(COUNTRIES_FOLDER, { ...attributes, mode: 0o750 });
  const sqlite = await machine.sqliteFiles([COUNTRIES_FOLDER]);
  await sqlite.change(NETWORKS, { schema: NETWORKS_SCHEMA, attributes }, (file) => {
    file.run('DELETE FROM network');
    file.run('DELETE FROM country');
    for (const { first, last } of networks)
      file.run('INSERT INTO network (first, last) VALUES (?, ?)', normal(first), normal(last));
    for (const code of countries) file.run('INSERT INTO country (code) VALUES (?)', code);
  });
}

/** As Exim’s `ipv6denorm` has it. */
function normal(address: bigint): string {
  return (address.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
}
