// whmapi1 --log: shows the audit log as a table, JSON lines or CSV.
import { setTimeout } from 'node:timers/promises';
import {
  openAuditLog,
  toJsonLine,
  type AuditReader,
  type StoredAuditRecord,
} from '../administration/installation.ts';
import { visible, quote } from '../core/quote.ts';
import type { AdministrationOptions } from './administration-options.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { reportFailure } from './report-failure.ts';
import { styleFor } from './style.ts';
import { UsageError } from './usage-error.ts';

const POLL_MS = 200;
/** The number of records that are written at once. */
const BATCH = 200;

/** Writes records. The first call writes only the heading. */
type Writer = (records: readonly StoredAuditRecord[]) => void;

/** @returns the exit status. @throws UsageError, WriteError */
export async function auditLog(line: CommandLine, options: AdministrationOptions, io: Io): Promise<number> {
  const { follow = false } = options;
  const words = line.command === undefined ? [] : [line.command, ...line.words];
  const filter = readAuditFilter(words, Date.now());
  if (follow && filter.until !== Infinity) {
    throw new UsageError('--follow waits for new lines, so until= does not go with it.');
  }
  const write = await writerFor(line, options, io);
  let reader;
  try {
    reader = openAuditLog(io.environment);
    write([]);
    await copy(reader.history(filter.since), filter, write);
    if (follow) await goOn(reader, filter, write, io);
    reader.close();
    noteSkipped(reader, io);
    return 0;
  } catch (error) {
    return reportFailure(error, io);
  }
}

/** Shows new records until the process is interrupted or its output is closed. */
async function goOn(reader: AuditReader, filter: AuditFilter, write: Writer, io: Io): Promise<never> {
  let isNoted = false;
  for (;;) {
    if (!isNoted) isNoted = noteSkipped(reader, io);
    await setTimeout(POLL_MS);
    await copy(reader.next(Date.now()), filter, write);
  }
}

async function copy(
  pieces: AsyncIterable<readonly StoredAuditRecord[]>,
  filter: AuditFilter,
  write: Writer,
): Promise<void> {
  for await (const piece of pieces) {
    const records = piece.filter((record) => matches(record, filter));
    for (let at = 0; at < records.length; at += BATCH) write(records.slice(at, at + BATCH));
  }
}

function noteSkipped({ skipped }: AuditReader, io: Io): boolean {
  if (skipped === 0) return false;
  const lines = skipped === 1 ? '1 line' : `${skipped} lines`;
  writeStderr(io, `whmapi1: skipped ${lines} of the audit log that are damaged or incomplete.\n`);
  return true;
}

async function writerFor(line: CommandLine, options: AdministrationOptions, io: Io): Promise<Writer> {
  const output = options.outputIsGiven ? line.output : 'table';
  if (output === 'json') {
    return (records) => {
      if (records.length > 0) io.stdout.write(records.map((one) => `${toJsonLine(one)}\n`).join(''));
    };
  }
  if (output === 'csv') {
    const { renderCsv } = await import('../render/csv.ts');
    const columns = ['time', 'user', 'function', 'result', 'address', 'xid', 'arguments'];
    return (records) => {
      const [heading = '', ...pieces] = renderCsv({ columns, rows: records.map(cellsOf) });
      io.stdout.write(records.length === 0 ? heading : pieces.join(''));
    };
  }
  if (output !== 'table') throw new UsageError('--log prints a table, or --output=json or csv.');
  const { tableLine } = await import('../render/table.ts');
  const style = await styleFor(io.stdout, line.color, io);
  const width = io.stdout.isTerminal() ? (io.stdout.size?.()?.columns ?? 80) : undefined;
  const columns = columnsFor(width);
  const lineOf = (cells: readonly string[]) =>
    tableLine(
      columns.map(({ at, width: wide }) => ({ text: cells[at] ?? '', width: wide })),
      width,
    );
  const heading = lineOf(['time', 'user', 'function', 'result', 'address', 'xid', 'arguments']);
  return (records) => {
    if (records.length === 0) io.stdout.write(`${style.heading(heading)}\n`);
    else io.stdout.write(records.map((one) => `${lineOf(cellsOf(one))}\n`).join(''));
  };
}

/**
 * The widths are fixed, because later lines are not known yet. A narrow terminal has no columns for the address and the
 * XID.
 */
function columnsFor(width = 160): readonly { readonly at: number; readonly width: number }[] {
  const isWide = width >= 120;
  const columns = isWide
    ? [20, 12, 24, 18, 15, 8].map((one, at) => ({ at, width: one }))
    : [20, 10, 16, 14].map((one, at) => ({ at, width: one }));
  const taken = columns.reduce((sum, one) => sum + one.width + 2, 0);
  return [...columns, { at: 6, width: Math.max(9, width - taken) }];
}

/** Invisible characters are escaped, because some of these texts come from unauthenticated clients. */
function cellsOf(record: StoredAuditRecord): string[] {
  const { stage, dry_run: dryRun, error_code: code, calls } = record;
  const notes = [
    ...(dryRun === 1 ? ['dry run'] : []),
    ...(stage === undefined ? [] : [stage]),
    ...(calls === undefined ? [] : [`${calls} calls`]),
  ];
  const outcome = record.result === 1 ? 'ok' : (code ?? 'failed');
  const given = record.arguments.map(([name, value]) => `${name}=${textOf(value)}`).join(' ');
  return [
    `${new Date(record.time).toISOString().slice(0, 19)}Z`,
    record.caller,
    record.function,
    notes.length === 0 ? outcome : `${outcome} (${notes.join(', ')})`,
    record.address ?? '',
    record.xid,
    given,
  ].map(visible);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

// Selects the records of the audit log that --log shows. The user writes the filter as FIELD=VALUE words.
interface AuditFilter {
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
function readAuditFilter(words: readonly string[], now: number): AuditFilter {
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
