// whmapi1 --log: shows the audit log as a table, JSON lines or CSV.
import { setTimeout } from 'node:timers/promises';
import {
  openAuditLog,
  toJsonLine,
  type AuditReader,
  type StoredAuditRecord,
} from '../administration/installation.ts';
import { visible } from '../core/visible.ts';
import type { AdministrationOptions } from './administration-options.ts';
import { matches, readAuditFilter, type AuditFilter } from './audit-filter.ts';
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
