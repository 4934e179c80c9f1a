import type { AuditRecord } from '../core/audit.ts';
import { INVISIBLE } from '../core/quote.ts';

/** Returns a line of the audit log, in JSON. */
export function auditLine(record: AuditRecord): string {
  const { time, xid, duration_ms } = record;
  return `{"time":"${isoTime(time)}","xid":${JSON.stringify(xid)},${textOf(record)},"duration_ms":${duration_ms}}`;
}

/** Returns the text of all fields except those of the moment. It is created once for each object. */
export function unchangingText(record: AuditRecord): string {
  let text = texts.get(record);
  if (text === undefined) texts.set(record, (text = textOf(record)));
  return text;
}

const texts = new WeakMap<AuditRecord, string>();

/** Returns JSON without characters that a terminal would act on: invisible ones are escaped as `\u202e`. */
export function toJsonLine(value: object): string {
  const text = JSON.stringify(value);
  // Most lines.
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(INVISIBLE, (character) =>
    character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

const PRINTABLE_ASCII = /^[ -~]*$/;

/** All fields except those of the moment, without braces. */
function textOf(record: AuditRecord): string {
  return toJsonLine({ ...record, time: undefined, xid: undefined, duration_ms: undefined }).slice(1, -1);
}

let latest = { time: NaN, text: '' };

/** Lines that are written together mostly have the same millisecond. */
function isoTime(time: number): string {
  if (latest.time !== time) latest = { time, text: new Date(time).toISOString() };
  return latest.text;
}
