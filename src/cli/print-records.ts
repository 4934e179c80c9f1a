// --output=table and --output=csv: the list of a response, or of the responses of several servers.
import type { Envelope } from '../core/envelope.ts';
import { listFields } from '../core/list-fields.ts';
import { loadFunction } from '../functions/load.ts';
import { joinedRecords, recordsOf, type Records } from '../render/records.ts';
import { tellAsides } from './asides.ts';
import { writeStderr, type Io } from './io.ts';
import { wantedFields } from './list-options.ts';
import type { CommandLine } from './options.ts';
import { styleFor } from './style.ts';

/** Writes rows to standard output; failures, warnings and messages to standard error. @throws WriteError */
export async function printRecords(
  envelope: Envelope,
  line: CommandLine,
  command: string,
  io: Io,
): Promise<void> {
  const { result, reason } = envelope.metadata;
  if (result === 0) writeStderr(io, `whmapi1: ${command}: ${reason}\n`);
  tellAsides(envelope, io);
  if (result === 0) return;
  if (envelope.data === undefined) return writeStderr(io, `whmapi1: ${command}: ${reason}\n`);
  await write(await recordsFor(envelope, line, command), line, io);
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
  return recordsOf(envelope, {
    list: fn?.list,
    declared: fn === undefined ? undefined : listFields(fn),
    columns: wantedFields(line) ?? (line.output === 'table' ? fn?.columns : undefined),
  });
}

async function write(records: Records, line: CommandLine, io: Io): Promise<void> {
  if (line.output === 'csv') {
    const { renderCsv } = await import('../render/csv.ts');
    for (const piece of renderCsv(records)) io.stdout.write(piece);
    return;
  }
  const { renderTable } = await import('../render/table.ts');
  const style = await styleFor(io.stdout, line.color, io);
  const width = io.stdout.isTerminal() ? io.stdout.size?.()?.columns : undefined;
  const { lines, omitted } = renderTable(records, width, (text) => style.heading(text));
  for (const piece of lines) io.stdout.write(piece);
  if (records.rows.length === 0) writeStderr(io, 'whmapi1: the list is empty.\n');
  if (omitted.length === 0) return;
  writeStderr(
    io,
    `whmapi1: the terminal has no room for ${omitted.join(', ')}. --fields chooses the columns; --output=csv has them all.\n`,
  );
}
