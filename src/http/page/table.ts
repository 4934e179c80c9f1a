// Converts the list of a response to a table.
import type { Envelope } from '../../core/envelope.ts';
import { isHash, type Hash, type Value } from '../../core/values.ts';
import type { Cell, Table } from './wire.ts';

/** The maximum number of records, and of characters in a cell. */
const MAX_ROWS = 1000;
const MAX_LENGTH = 300;
/** The heading for a list of plain values. */
const VALUE = 'value';

/** Undefined if the answer has no list. */
export function toTable({ data, list }: Envelope): Table | undefined {
  const records = list === undefined ? undefined : data?.[list];
  if (!Array.isArray(records)) return undefined;
  const shown = records.slice(0, MAX_ROWS).map(asRecord);
  const columns = [...new Set(shown.flatMap((record) => Object.keys(record)))];
  const rows = shown.map((record) => columns.map((column) => toCell(record[column])));
  return { columns, rows, total: records.length };
}

function asRecord(value: Value): Hash {
  return isHash(value) ? value : { [VALUE]: value };
}

function toCell(value: Value | undefined): Cell {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number') return value;
  const text = typeof value === 'string' ? value : toText(value);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH - 1).toWellFormed()}…` : text;
}

/** Lists of plain values are separated by commas, other values are JSON. Empty values are blank. */
function toText(value: Exclude<Value, null>): string {
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(', ');
  const isEmpty = typeof value === 'object' && Object.keys(value).length === 0;
  return isEmpty ? '' : JSON.stringify(value);
}
