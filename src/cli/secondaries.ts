// whmapi1 --secondaries, --add-secondary and --remove-secondary: the secondary nameservers of this server's zones.
import { visible } from '../core/quote.ts';
import { SecondariesDesk, shown, type Invitation } from '../administration/name-server.ts';
import type { AdministrationOptions } from './administration-options.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { styleFor } from './style.ts';
import { UsageError } from './usage-error.ts';
import { waitFor } from './wait.ts';
import { withDesk } from './with-desk.ts';

/** @returns the exit status. @throws UsageError, WriteError */
export async function printSecondaries(
  line: CommandLine,
  { outputIsGiven }: AdministrationOptions,
  io: Io,
): Promise<number> {
  const output = outputIsGiven ? line.output : 'table';
  if (output !== 'table' && output !== 'json' && output !== 'jsonpretty') {
    throw new UsageError('--secondaries prints a table, or JSON with --output=json or --output=jsonpretty.');
  }
  return withDesk(SecondariesDesk, io, async (desk) => {
    const secondaries = await desk.list();
    const trouble = await desk.trouble();
    if (trouble !== undefined) writeStderr(io, `whmapi1: ${visible(trouble)}\n`);
    if (output !== 'table') {
      const space = output === 'json' ? undefined : 2;
      io.stdout.write(`${JSON.stringify({ secondaries }, undefined, space)}\n`);
      return 0;
    }
    if (secondaries.length === 0) {
      writeStderr(io, 'whmapi1: no secondaries.\n');
      return 0;
    }
    const { renderTable } = await import('../render/table.ts');
    const style = await styleFor(io.stdout, line.color, io);
    const rows = secondaries.map((one) => [shown(one), one.server ?? '', one.key]);
    const width = io.stdout.isTerminal() ? io.stdout.size?.()?.columns : undefined;
    const records = { columns: ['address', 'server', 'key'], rows };
    for (const piece of renderTable(records, width, (text) => style.heading(text)).lines)
      io.stdout.write(piece);
    return 0;
  });
}

/** Prints the configuration for the secondary. Its key is shown only this once. @returns the exit status. */
export async function addSecondary(address: string, io: Io): Promise<number> {
  let task: number | undefined;
  const status = await withDesk(SecondariesDesk, io, async (desk) => {
    const added = await desk.add(address);
    ({ task } = added);
    io.stdout.write(instructions(added.invitation));
    return 0;
  });
  return task === undefined ? status : waitFor(task, io);
}

/** @returns the exit status. */
export async function removeSecondary(address: string, io: Io): Promise<number> {
  let task: number | undefined;
  const status = await withDesk(SecondariesDesk, io, async (desk) => {
    task = await desk.remove(address);
    return 0;
  });
  return task === undefined ? status : waitFor(task, io);
}

/** Returns the configuration for BIND. Other nameservers need the same values. */
function instructions({ key, primary, catalog }: Invitation): string {
  const from = `{ ${primary.address} port ${primary.port} key "${key.name}"; }`;
  return `// On the secondary. Its key is not shown again.
key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };
zone "${catalog}" { type secondary; primaries ${from}; file "whmapi1-catalog.db"; };
// Inside of its options:
catalog-zones { zone "${catalog}" default-primaries ${from}; };
`;
}
