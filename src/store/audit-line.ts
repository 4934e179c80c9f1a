import type { AuditMoment, AuditRecord } from '../core/audit.ts';
import { INVISIBLE } from '../core/quote.ts';

/** Returns a line of the audit log, in JSON. */
export function auditLine(record: AuditRecord): string {
  return lineOf(record, textOf(record));
}

/**
 * Returns the line of a repeated call: as `record`, at another moment. The text that does not change is created once
 * for each record, because this is most of the work.
 */
export function auditLineAgain(record: AuditRecord, moment: AuditMoment): string {
  let text = texts.get(record);
  if (text === undefined) texts.set(record, (text = textOf(record)));
  return lineOf(moment, text);
}

const texts = new WeakMap<AuditRecord, string>();

/** Returns JSON without characters that a terminal would act on: invisible ones are escaped as `\u202e`. */
export function toJsonLine(value: object): string {
  return JSON.stringify(value).replace(INVISIBLE, (character) =>
    character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** All fields except those of the moment, without braces. */
function textOf(record: AuditRecord): string {
  return toJsonLine({ ...record, time: undefined, xid: undefined, duration_ms: undefined }).slice(1, -1);
}

function lineOf({ time, xid, duration_ms }: AuditMoment, text: string): string {
  return `{"time":"${isoTime(time)}","xid":${JSON.stringify(xid)},${text},"duration_ms":${duration_ms}}`;
}

let latest = { time: NaN, text: '' };

/** Lines that are written together mostly have the same millisecond. */
function isoTime(time: number): string {
  if (latest.time !== time) latest = { time, text: new Date(time).toISOString() };
  return latest.text;
}
