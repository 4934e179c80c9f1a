// Zones as tables for people: a row for each record, with its value in one column.
import { isHash, type Hash, type Value } from '../../../core/values.ts';
import { quoteString } from './octets.ts';

type Rows = readonly Hash[];

/** The rows of `parsedRows`. Comments and empty lines are omitted. */
export function tableOfParsed(lines: Value | undefined): Rows {
  return hashesIn(lines).flatMap((row): Hash[] => {
    const line = Number(row.line_index) + 1;
    if (row.type === 'control') return [{ line, name: '', ttl: '', type: '', value: decoded(row.text_b64) }];
    if (row.type !== 'record') return [];
    const { ttl = '', record_type: type = '' } = row;
    const items = Array.isArray(row.data_b64) ? row.data_b64.map(decoded) : [];
    const isText = type === 'TXT' || type === 'SPF';
    return [
      {
        line,
        name: decoded(row.dname_b64),
        ttl,
        type,
        value: items.map(isText ? quoteString : same).join(' '),
      },
    ];
  });
}

const NOT_THE_VALUE = new Set([
  'Line',
  'Lines',
  'class',
  'name',
  'ttl',
  'type',
  'unencoded',
  'char_str_list',
]);

/** The rows of `zoneRows` in the first of the zones. Empty lines are omitted. */
export function tableOfDumped(zones: Value | undefined): Rows {
  const [zone] = hashesIn(zones);
  return hashesIn(zone?.record).flatMap((row): Hash[] => {
    const { Line: line = '', name = '', ttl = '', type = '', raw, char_str_list: strings } = row;
    if (type === '$TTL') return [{ line, name, ttl: '', type, value: ttl }];
    if (type === ':RAW') return raw === '' ? [] : [{ line, name, ttl: '', type: '', value: raw ?? '' }];
    const fields = Object.entries(row).flatMap(([key, value]) => (NOT_THE_VALUE.has(key) ? [] : [value]));
    const value = (Array.isArray(strings) ? strings : fields).map(String).join(' ');
    return [{ line, name, ttl, type, value }];
  });
}

const same = (text: string) => text;

function hashesIn(value: Value | undefined): Hash[] {
  return Array.isArray(value) ? value.filter(isHash) : [];
}

function decoded(value: Value | undefined): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : '';
}
