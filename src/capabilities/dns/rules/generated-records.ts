// The records that this program gives to a new zone of an account: those of its template.
import type { ZoneContext } from './new-zone.ts';
import { accountZone } from './account-zone.ts';
import { zoneFileOf } from './changed-zone.ts';
import { nameKey } from './names.ts';
import type { CustomTemplates } from './templates.ts';
import { recordsOf, soaOf, type ZoneFile, type ZoneRecord } from './zone-file.ts';
import { ownerOf } from './zone-owners.ts';

/** The records of the zone as it would be created now. Empty if no account has it. */
export async function generatedRecords(
  context: ZoneContext,
  name: string,
  templates: CustomTemplates,
): Promise<ZoneRecord[]> {
  const account = (await ownerOf(context.db, name))?.account;
  if (account === undefined) return [];
  const isMain = account.domain === name;
  const { text } = await accountZone(context, { name, account, serial: 1, templates, isMain });
  return recordsOf(zoneFileOf({ name, text }));
}

/** The generated names that have an address or are an alias, the domain itself first. They end with a dot. */
export function generatedNames(records: readonly ZoneRecord[]): string[] {
  const named = records.filter(({ type }) => ['A', 'AAAA', 'CNAME'].includes(type));
  return [...new Set(named.map(({ owner }) => nameKey(owner)))];
}

/** The lines of records that somebody added or changed: all but the generated ones and the SOA record. */
export function customLines(file: ZoneFile, generated: readonly ZoneRecord[]): ReadonlySet<number> {
  const known = new Set(generated.map(keyOf));
  const soa = soaOf(file)?.line;
  const custom = recordsOf(file).filter((record) => record.line !== soa && !known.has(keyOf(record)));
  return new Set(custom.map(({ line }) => line));
}

function keyOf({ owner, type, items }: ZoneRecord): string {
  return JSON.stringify([nameKey(owner), type, ...items]);
}
