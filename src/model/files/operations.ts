// The operations of API 2’s Fileman::fileop on several files, one after the other.
import { ApiError, badParam } from '../../core/errors.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineUserFiles } from '../../core/machine-user-files.ts';
import { beside, destinationOf } from './destination.ts';
import { absolute } from './names.ts';

export const OPERATIONS = ['copy', 'move', 'rename', 'chmod', 'unlink', 'trash'] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface OperationRow {
  readonly result: 0 | 1;
  readonly src: string;
  readonly dest: string;
  readonly err?: string;
}

export interface Operations {
  readonly operation: Operation;
  readonly sources: readonly string[];
  /** One for all sources, or one for each. */
  readonly destinations: readonly string[];
  /** The permission bits, for `chmod`. */
  readonly mode: number | undefined;
}

const needsDestination = new Set<Operation>(['copy', 'move', 'rename']);

/** @throws ApiError `bad_param` if something that the operation needs is missing. Nothing is changed then. */
export function assertOperations({ operation, sources, destinations, mode }: Operations): void {
  if (sources.length === 0) throw badParam('The parameter “sourcefiles” has no path.');
  if (operation === 'chmod' && mode === undefined) {
    throw badParam('The operation “chmod” needs the permissions in the parameter “metadata”, such as 0644.');
  }
  if (!needsDestination.has(operation)) return;
  if (![1, sources.length].includes(destinations.length)) {
    throw badParam(
      `The operation “${operation}” needs one path in the parameter “destfiles”, or as many as “sourcefiles” has.`,
    );
  }
}

/** Does the work on each file, and goes on with the next one if it fails. A dry run only looks for the files. */
export async function operate(
  files: MachineUserFiles,
  work: Operations,
  isDryRun: boolean,
): Promise<OperationRow[]> {
  const rows: OperationRow[] = [];
  for (const [index, source] of work.sources.entries()) {
    const destination = work.destinations[index] ?? work.destinations[0] ?? '';
    const named = { src: absolute(files.home, source) };
    try {
      if ((await files.stat(source)) === undefined)
        throw new MachineError('not_found', `“${source}”: No such file or directory.`);
      const dest = isDryRun ? destination : await operateOn(files, work, source, destination);
      rows.push({ result: 1, ...named, dest: dest === '' ? '' : absolute(files.home, dest) });
    } catch (error) {
      if (!(error instanceof MachineError || error instanceof ApiError)) throw error;
      rows.push({ result: 0, ...named, dest: destination, err: error.message });
    }
  }
  return rows;
}

/** @returns the new path. Empty if there is none. */
async function operateOn(
  files: MachineUserFiles,
  { operation, mode = 0 }: Operations,
  source: string,
  destination: string,
): Promise<string> {
  switch (operation) {
    case 'copy':
    case 'move': {
      const target = await destinationOf(files, source, destination);
      await (operation === 'copy' ? files.copy(source, target) : files.rename(source, target));
      return target;
    }
    case 'rename': {
      const target = beside(source, destination);
      await files.rename(source, target);
      return target;
    }
    case 'chmod':
      await files.chmod(source, mode);
      return source;
    case 'unlink':
      await files.remove(source);
      return '';
    case 'trash':
      return `.trash/${await files.trash(source)}`;
  }
}
