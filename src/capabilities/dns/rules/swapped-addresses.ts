// Replaces the IPv4 address of a site in A records, and tells which records change.
import type { Field } from '../../../core/define.ts';
import { nameKey } from './names.ts';
import type { RecordContent, ZoneChanges } from './zone-edits.ts';
import { recordsOf, type ZoneFile, type ZoneRecord } from './zone-file.ts';

export interface Swap {
  /** Default: the address of the zone’s own name, otherwise the first one in the zone. Never a loopback address. */
  readonly source: string | undefined;
  readonly target: string;
  /** For `ftp.` and the zone’s name. */
  readonly ftpTarget: string;
}

export const swapRow = {
  fields: {
    new_value: { type: 'string', doc: 'The new address.' },
    old_value: { type: 'string', doc: 'The former address.' },
    record_name: { type: 'string', doc: 'The name of the record, with a final dot.' },
    record_type: { type: 'string', doc: 'Its type: A.' },
    zone_name: { type: 'string', doc: 'The zone.' },
  },
} as const satisfies Field;

interface Swapped {
  readonly changes: ZoneChanges;
  readonly rows: {
    new_value: string;
    old_value: string;
    record_name: string;
    record_type: string;
    zone_name: string;
  }[];
}

/** A name that would then have an address twice has it once. */
export function swapAddresses(file: ZoneFile, { source, target, ftpTarget }: Swap): Swapped {
  const records = recordsOf(file).filter(({ type, isGeneric }) => type === 'A' && !isGeneric);
  const old = source ?? presentAddress(file, records);
  const edit: { line: number; record: RecordContent }[] = [];
  const remove: number[] = [];
  const rows: Swapped['rows'] = [];
  const present = new Set(records.map(keyOf));
  for (const record of records.filter(({ items }) => items[0] === old)) {
    const { owner, line } = record;
    const isFtp = nameKey(owner) === `ftp.${nameKey(file.zone)}`;
    const next = { ...record, items: [isFtp ? ftpTarget : target] };
    if (next.items[0] === old) continue;
    if (present.has(keyOf(next))) remove.push(line);
    else edit.push({ line, record: next });
    present.add(keyOf(next));
    rows.push({
      new_value: next.items[0] ?? '',
      old_value: old ?? '',
      record_name: owner,
      record_type: 'A',
      zone_name: file.zone.slice(0, -1),
    });
  }
  return { changes: { edit, remove }, rows };
}

function presentAddress({ zone }: ZoneFile, records: readonly ZoneRecord[]): string | undefined {
  const usable = records.filter(({ items }) => items[0]?.startsWith('127.') === false);
  const own = usable.find(({ owner }) => nameKey(owner) === nameKey(zone));
  return (own ?? usable[0])?.items[0];
}

function keyOf({ owner, items }: Pick<ZoneRecord, 'owner' | 'items'>): string {
  return `${nameKey(owner)} ${items[0]}`;
}
