// The parameters and rows of the functions of ZoneEdit (API 2).
import type { Context } from '../../../core/context.ts';
import type { Field, Param } from '../../../core/define.ts';
import type { Value } from '../../../core/values.ts';
import { readDomain } from './names.ts';
import { dataParams } from './record-form.ts';
import { fieldsOf } from './record-types.ts';
import { reloadText } from './reload-text.ts';
import type { ZoneFile } from './zone-file.ts';
import { zoneRows, type ZoneRow } from './zone-views.ts';

/** What a change of a zone returns, as in WHM’s functions, in a hash of its own. */
export const changeRow = {
  fields: {
    result: {
      fields: {
        newserial: { type: 'string', doc: 'The new serial number of the zone.' },
        status: { type: 'flag', doc: '1 for a change that was made.' },
        statusmsg: { type: 'string', doc: 'What happened.' },
      },
      doc: 'The outcome.',
    },
  },
} as const satisfies Field;

export function changed({ system }: Pick<Context, 'system'>, zone: string, serial: number) {
  return [{ result: { newserial: String(serial), status: 1, statusmsg: reloadText(system, zone) } }];
}

/** The data of a record, by its type. */
export const recordParams = {
  address: dataParams.address,
  cname: dataParams.cname,
  txtdata: dataParams.txtdata,
  exchange: dataParams.exchange,
  preference: dataParams.preference,
  priority: dataParams.priority,
  weight: dataParams.weight,
  port: dataParams.port,
  target: dataParams.target,
  flag: dataParams.flag,
  tag: dataParams.tag,
  value: dataParams.value,
} as const satisfies Record<string, Param>;

/** Which rows fetchzone and fetchzone_records return. */
export const filterParams = {
  customonly: {
    type: 'flag',
    default: 0,
    doc:
      '1: only records that somebody added or changed, and those for the authentication of mail, without the others that ' +
      'the server gave to the zone.',
  },
  line: { type: 'integer', min: 1, doc: 'Only this line, counted from 1.' },
  ttl: { type: 'integer', min: 0, doc: 'Only records with this TTL, in seconds.' },
  name: {
    type: 'string',
    maxLength: 255,
    doc: 'Only records with this name. It is not relative to the zone.',
  },
  class: { type: 'string', maxLength: 2, doc: 'Only records of this class: IN.' },
  type: { type: 'string', maxLength: 10, doc: 'Only records of this type, such as A or TXT.' },
  address: { type: 'string', maxLength: 255, doc: 'Only A and AAAA records with this IP address.' },
  txtdata: { type: 'string', maxLength: 65_535, doc: 'Only TXT records with this text.' },
  preference: { type: 'string', maxLength: 5, doc: 'Only MX records with this preference.' },
  exchange: { type: 'string', maxLength: 255, doc: 'Only MX records with this mail server.' },
} as const satisfies Record<string, Param>;

export type Filter = Partial<
  Readonly<Record<Exclude<keyof typeof filterParams, 'customonly'>, string | number | undefined>>
>;

const rowField = { type: 'any', optional: true } as const;

/** A line of the zone. The other fields are the data of its record, by the names of `add_zone_record`. */
export const recordRow = {
  fields: {
    line: { type: 'integer', doc: 'The line of the zone file, counted from 1.' },
    Line: { type: 'integer', doc: 'The same.' },
    Lines: { type: 'integer', optional: true, doc: 'The number of its lines, if it has several.' },
    name: { type: 'string', doc: 'The name with a final dot. Empty for lines that are not records.' },
    type: {
      type: 'string',
      doc: 'The type of the record; “:RAW” for other lines, “$TTL” for that directive.',
    },
    class: { type: 'string', optional: true, doc: 'The class of a record: IN.' },
    ttl: { type: 'string', doc: 'The TTL in seconds.' },
    record: {
      type: 'string',
      optional: true,
      doc: 'The data of a record with one field, or the text of another line.',
    },
    raw: { type: 'string', optional: true, doc: 'The text of a line that is not a record.' },
    unencoded: { type: 'flag', optional: true, doc: '1: “txtdata” has no quotes and escapes.' },
    char_str_list: { ...rowField, doc: 'The strings of a TXT record, in quotes.' },
    ...dataFields(),
  },
} as const satisfies Field;

/** Its fields are those of `recordRow`. */
type RecordRow = Record<string, Value> & {
  line: number;
  Line: number;
  name: string;
  type: string;
  ttl: string;
};

function dataFields() {
  const named = ['algorithm', 'fptype', 'fingerprint', 'mname', 'rname', 'serial', 'refresh', 'retry'];
  const names = [...Object.keys(dataParams), ...named, 'expire', 'minimum'];
  return Object.fromEntries(names.map((name) => [name, rowField]));
}

/** The lines of a zone as ZoneEdit returns them. */
export function recordRows(file: ZoneFile): RecordRow[] {
  return zoneRows(file).map((row) => {
    const { Line, type } = row as ZoneRow & { Line: number; type: string };
    const fields = fieldsOf(type) ?? [];
    const only = fields.length === 1 ? row[fields[0]?.param ?? ''] : row.raw;
    const record = typeof only === 'string' ? { record: only } : {};
    // Shell scripts search each row for the name after “line”.
    return { line: Line, ...row, ...record } as RecordRow;
  });
}

const exact = ['ttl', 'class', 'type', 'address', 'txtdata', 'preference', 'exchange'] as const;

/** @throws ApiError `bad_param` if the name is not a domain name. */
export function filterRows(rows: readonly RecordRow[], filter: Filter): RecordRow[] {
  const { line, name } = filter;
  const owner = name === undefined ? undefined : readDomain('name', String(name));
  const wanted = exact.flatMap((key) => {
    const value = filter[key];
    return value === undefined ? [] : [[key, String(value)] as const];
  });
  return rows.filter((row) => {
    if (line !== undefined && row.line !== line) return false;
    if (owner !== undefined && row.name.toLowerCase() !== owner) return false;
    return wanted.every(([key, asked]) => {
      const value = row[key];
      const present = typeof value === 'string' ? value : '';
      return key === 'txtdata' ? present === asked : present.toLowerCase() === asked.toLowerCase();
    });
  });
}
