// The parameters of mass_edit_dns_zone and DNS::mass_edit_zone: changes of many records, as JSON.
import type { Param } from '../../../core/define.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import type { Json } from '../../../core/values.ts';
import { isWithin, readMasterName } from './names.ts';
import { zoneParam } from './record-form.ts';
import { readData, readMassEditType, readTtlParam } from './record-params.ts';
import type { RecordContent, ZoneChanges } from './zone-edits.ts';

/** Per call. */
const MAX_CHANGES = 1000;

export const MASS_EDIT_FORM =
  'Either all changes are made or none. Line numbers are those of the parsed zone, from before the call. Names are ' +
  'relative to the zone unless they end with a dot. The data of an HTTPS or SVCB record is its priority, its target and ' +
  'one value for each parameter, such as alpn="h2,h3". ' +
  `At most ${MAX_CHANGES} changes per call.`;

export const massEditParams = {
  zone: { ...zoneParam, required: true },
  serial: {
    type: 'integer',
    required: true,
    min: 0,
    max: 2 ** 32 - 1,
    doc:
      'The zone’s serial number when you last read it. If it has changed since, the call fails and changes ' +
      'nothing.',
  },
  add: {
    type: 'json',
    list: true,
    doc: 'A record to add: {"dname":"www","ttl":3600,"record_type":"A","data":["192.0.2.1"]}. Repeatable.',
  },
  edit: {
    type: 'json',
    list: true,
    doc: 'A record to change: as for “add”, with the line as “line_index”, counted from 0. Repeatable.',
  },
  remove: {
    type: 'integer',
    list: true,
    min: 0,
    doc: 'The line of a record to remove, counted from 0. Repeatable.',
  },
} as const satisfies Record<string, Param>;

export interface GivenChanges {
  /** Each text is one item or an array of items. */
  readonly add: readonly Json[];
  readonly edit: readonly Json[];
  /** Lines, counted from 0. */
  readonly remove: readonly number[];
}

/**
 * @param zone in canonical form
 * @throws ApiError `missing_param` if there is no change, `bad_param` naming the item that is not valid
 */
export function readChanges(given: GivenChanges, zone: string): ZoneChanges {
  const [add, edit] = [given.add.flat(1), given.edit.flat(1)];
  const count = add.length + edit.length + given.remove.length;
  if (count === 0) throw new ApiError('missing_param', 'Use at least one of “add”, “edit” and “remove”.');
  if (count > MAX_CHANGES) {
    throw badParam(
      `Too many changes: a call accepts at most ${MAX_CHANGES}, not ${count}. Split them into several ` +
        `calls.`,
    );
  }
  return {
    add: add.map((item, index) => inItem('add', index, () => readRecord(hashOf(item), zone))),
    edit: edit.map((item, index) =>
      inItem('edit', index, () => {
        const hash = hashOf(item);
        return { line: readLine(hash.line_index) + 1, record: readRecord(hash, zone) };
      }),
    ),
    remove: given.remove.map((line) => line + 1),
  };
}

type Item = Readonly<Record<string, Json | undefined>>;

function inItem<T>(param: string, index: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new ApiError(error.code, `Item ${index + 1} of “${param}”: ${error.message}`);
  }
}

function hashOf(item: Json): Item {
  if (typeof item === 'object' && item !== null && !Array.isArray(item)) return item;
  throw badParam('It should be a JSON object with “dname”, “ttl”, “record_type” and “data”.');
}

function readRecord(item: Item, zone: string): RecordContent {
  const type = readMassEditType('record_type', textOf('record_type', item.record_type));
  const dname = textOf('dname', item.dname);
  const owner = readMasterName('dname', dname === '' ? '@' : dname, zone);
  if (!isWithin(owner, zone)) {
    throw badParam(
      `“dname” is ${quote(dname)}, which is not in the zone ${quote(zone.slice(0, -1))}. ` +
        'A name without a final dot is relative to the zone.',
    );
  }
  const { data } = item;
  if (!Array.isArray(data)) throw badParam('“data” should be an array of strings.');
  const values = data.map((value) => textOf('data', value));
  return {
    owner,
    ...(PLAIN_NAME.test(dname) ? { written: dname } : {}),
    ttl: readTtlParam('ttl', textOf('ttl', item.ttl)),
    type,
    items: readData(type, values, zone),
  };
}

/** A name that means the same in a zone file as in a call. */
const PLAIN_NAME = /^[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_-]+)*\.?$/;

function readLine(line: Json | undefined): number {
  const text = typeof line === 'string' || typeof line === 'number' ? String(line) : '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw badParam('“line_index” should be a line of parse_dns_zone, counted from 0.');
}

/** Clients send numbers as strings and strings as numbers. */
function textOf(key: string, value: Json | undefined): string {
  if (typeof value === 'string') {
    if (/[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed()) {
      throw badParam(`“${key}” should be text without control characters.`);
    }
    return value;
  }
  if (typeof value === 'number') return String(value);
  throw badParam(`“${key}” should be a string${key === 'ttl' ? ' or a number' : ''}.`);
}
