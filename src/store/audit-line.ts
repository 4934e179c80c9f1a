import type { AuditMoment, AuditRecord } from '../core/audit.ts';
import { INVISIBLE } from '../core/quote.ts';

/** A line of the audit log, in JSON. */
export function auditLine(record: AuditRecord): string {
  return lineOf(record, textOf(record));
}

/**
 * The line of a call that was made again: as `record`, at another moment. What does not change is put into words once
 * for each record, which is the most of the work.
 */
export function auditLineAgain(record: AuditRecord, moment: AuditMoment): string {
  let text = texts.get(record);
  if (text === undefined) texts.set(record, (text = textOf(record)));
  return lineOf(moment, text);
}

const texts = new WeakMap<AuditRecord, string>();

/** JSON in which no terminal finds a character that it would act on: invisible ones are escaped as `\u202e`. */
export function toJsonLine(value: object): string {
  return JSON.stringify(value).replace(INVISIBLE, (character) =>
    character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** All but the moment, without braces. */
function textOf(record: AuditRecord): string {
  return toJsonLine({ ...record, time: undefined, xid: undefined, duration_ms: undefined }).slice(1, -1);
}

function lineOf({ time, xid, duration_ms }: AuditMoment, text: string): string {
  return `{"time":"${isoTime(time)}","xid":${JSON.stringify(xid)},${text},"duration_ms":${duration_ms}}`;
}

let latest = { time: NaN, text: '' };

/** Lines that are written together are mostly of the same millisecond. */
function isoTime(time: number): string {
  if (latest.time !== time) latest = { time, text: new Date(time).toISOString() };
  return latest.text;
}
