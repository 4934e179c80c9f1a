// --output=table and --output=csv: the list of a response, or of the responses of several servers.
import { setImmediate as othersHaveRun } from 'node:timers/promises';
import type { Envelope } from '../core/envelope.ts';
import { accountPrograms } from '../core/account-programs.ts';
import { listFields } from '../core/list-fields.ts';
import { isHash } from '../core/values.ts';
import { loadFunction } from '../functions/load.ts';
import { joinedRecords, recordsOf, type Records } from '../render/records.ts';
import { loadAccountFunction } from '../uapi/load.ts';
import { tellAsides } from './asides.ts';
import { writeStderr, type Io } from './io.ts';
import { wantedFields } from './list-options.ts';
import type { CommandLine } from './options.ts';
import { styleFor } from './style.ts';

/** Writes rows to standard output; failures, warnings and messages to standard error. @throws WriteError */
export async function printRecords(
  envelope: Envelope,
  line: CommandLine,
  { command, program }: { readonly command: string; readonly program: string },
  io: Io,
): Promise<void> {
  const { result, reason } = envelope.metadata;
  if (result === 0) writeStderr(io, `${program}: ${command}: ${reason}\n`);
  tellAsides(envelope, io, '', program);
  if (result === 0) return;
  if (envelope.data === undefined) return writeStderr(io, `${program}: ${command}: ${reason}\n`);
  const records =
    program === 'whmapi1'
      ? await recordsFor(envelope, line, command)
      : await accountRecordsFor(envelope, line, { command, program });
  await write(records, line, io, program);
}

async function accountRecordsFor(
  envelope: Envelope,
  line: CommandLine,
  { command, program }: { readonly command: string; readonly program: string },
): Promise<Records> {
  const inner = withinAccountForm(envelope);
  const api = Object.values(accountPrograms).find(({ name }) => name === program)?.api;
  const fn = api === undefined ? undefined : await loadAccountFunction(api, command);
  if (fn?.tableRows === undefined || inner.data === undefined || !isTableByDefault(line)) {
    return recordsOf(inner, { columns: wantedFields(line) });
  }
  return recordsOf({ ...inner, list: 'rows', data: { rows: [...fn.tableRows(inner.data)] } });
}

/** Without the form of UAPI or API 2 around the list. If the function has no list: the response as it is. */
function withinAccountForm(envelope: Envelope): Envelope {
  const { data: form = {} } = envelope;
  const inner = form.cpanelresult ?? form.result;
  return isHash(inner) && Array.isArray(inner.data) ? { ...envelope, data: { data: inner.data } } : envelope;
}

/** Prints the responses of several servers as one table, with a column `host`. */
export async function printFleetRecords(
  answers: readonly { readonly host: string; readonly envelope: Envelope }[],
  line: CommandLine,
  command: string,
  io: Io,
): Promise<void> {
  const parts: { host: string; records: Records }[] = [];
  for (const { host, envelope } of answers) {
    const { result, reason } = envelope.metadata;
    if (result === 0) writeStderr(io, `whmapi1: ${host}: ${reason}\n`);
    tellAsides(envelope, io, `${host}: `);
    if (result === 0 || line.quiet) continue;
    if (envelope.data === undefined) writeStderr(io, `whmapi1: ${host}: ${reason}\n`);
    else parts.push({ host, records: await recordsFor(envelope, line, command) });
  }
  if (parts.length > 0) await write(joinedRecords(parts), line, io);
}

async function recordsFor(envelope: Envelope, line: CommandLine, command: string): Promise<Records> {
  const fn = await loadFunction(command);
  const { data } = envelope;
  if (fn?.tableRows !== undefined && data !== undefined && isTableByDefault(line)) {
    return recordsOf({ ...envelope, list: 'rows', data: { rows: [...fn.tableRows(data)] } });
  }
  return recordsOf(envelope, {
    list: fn?.list,
    declared: fn === undefined ? undefined : listFields(fn),
    columns: wantedFields(line) ?? (line.output === 'table' ? fn?.columns : undefined),
  });
}

/** True if a table shows what the function chooses: no option names fields. */
function isTableByDefault(line: CommandLine): boolean {
  return line.output === 'table' && wantedFields(line) === undefined;
}

async function write(records: Records, line: CommandLine, io: Io, program = 'whmapi1'): Promise<void> {
  if (line.output === 'csv') {
    const { renderCsv } = await import('../render/csv.ts');
    return writePieces(renderCsv(records), io);
  }
  const { measureTable } = await import('../render/table.ts');
  const style = await styleFor(io.stdout, line.color, io);
  const width = io.stdout.isTerminal() ? io.stdout.size?.()?.columns : undefined;
  const measuring = measureTable(records, width, (text) => style.heading(text));
  let step = measuring.next();
  for (; step.done !== true; step = measuring.next()) await othersHaveRun();
  const { lines, omitted, isEmpty } = step.value;
  await writePieces(lines, io);
  if (isEmpty) writeStderr(io, `${program}: the list is empty.\n`);
  if (omitted.length === 0) return;
  writeStderr(
    io,
    `${program}: the terminal has no room for ${omitted.join(', ')}. --fields chooses the columns; --output=csv has them all.\n`,
  );
}

async function writePieces(pieces: Iterable<string>, { stdout }: Io): Promise<void> {
  for (const piece of pieces) {
    stdout.write(piece);
    await stdout.drained?.();
  }
}
