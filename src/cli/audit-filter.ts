// Selects the records of the audit log that --log shows. The user writes the filter as FIELD=VALUE words.
import type { StoredAuditRecord } from '../administration/installation.ts';
import { quote } from '../core/quote.ts';
import { UsageError } from './usage-error.ts';

export interface AuditFilter {
  /** In milliseconds since 1970-01-01, both inclusive. */
  readonly since: number;
  readonly until: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** The stored names of the fields. */
const stored = {
  user: 'caller',
  function: 'function',
  address: 'address',
  xid: 'xid',
  result: 'result',
  error_code: 'error_code',
} as const;

const names = [...Object.keys(stored), 'since', 'until'];
const unitsMs: Readonly<Record<string, number>> = {
  ...{ s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 },
};

/** @throws UsageError that names the valid values. */
export function readAuditFilter(words: readonly string[], now: number): AuditFilter {
  const given = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    if (at < 0 || !names.includes(name)) {
      throw new UsageError(`--log has no filter ${quote(name)}. Use FIELD=VALUE with ${names.join(', ')}.`);
    }
    if (given.has(name)) throw new UsageError(`The filter ${name} is given twice. Pass it once.`);
    const value = word.slice(at + 1);
    if (value === '') throw new UsageError(`The filter ${name} has no value. Use ${name}=VALUE.`);
    given.set(name, value);
  }
  const { since, until, ...fields } = Object.fromEntries(given);
  if (fields.result !== undefined && !/^[01]$/.test(fields.result)) {
    throw new UsageError('Invalid result: use 1 for calls that succeeded, 0 for calls that failed.');
  }
  const filter = {
    since: since === undefined ? -Infinity : momentOf('since', since, now),
    until: until === undefined ? Infinity : momentOf('until', until, now),
    fields,
  };
  if (filter.since > filter.until) throw new UsageError('since is later than until. Exchange them.');
  return filter;
}

export function matches(record: StoredAuditRecord, { since, until, fields }: AuditFilter): boolean {
  const last = Date.parse(record.time);
  const first = record.since === undefined ? last : Date.parse(record.since);
  if (last < since || first > until) return false;
  return Object.entries(fields).every(([name, value]) => {
    const own = record[stored[name as keyof typeof stored]];
    return own !== undefined && String(own) === value;
  });
}

/** Reads a duration back from `now`, or a time. The default time zone is UTC, in which the log shows times. */
function momentOf(name: string, value: string, now: number): number {
  const [, count, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(value) ?? [];
  if (count !== undefined) return now - Number(count) * (unitsMs[unit] ?? 0);
  const [, day, clock = 'T00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(value) ?? [];
  const midnight = new Date(`${day ?? ''}T00:00Z`);
  const time = Date.parse(`${day ?? ''}${clock}${zone}`);
  // Date.parse converts 30 February to 2 March.
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day ?? ' ');
  if (isDay && !Number.isNaN(time)) return time;
  throw new UsageError(
    `Invalid ${name}: use a duration such as 30m, 2h or 7d, or a time such as 2026-11-25T14:30:00Z.`,
  );
}
