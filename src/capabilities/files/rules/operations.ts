// The operations of API 2’s Fileman::fileop on several files, one after the other.
import { ApiError, badParam } from '../../../core/errors.ts';
import { MachineError } from '../../../core/machine-error.ts';
import {
  ARCHIVE_FORMATS,
  type ArchiveFormat,
  type MachineUserFiles,
} from '../../../core/machine-user-files.ts';
import { anyOf, quote } from '../../../core/quote.ts';
import { beside, destinationOf } from './destination.ts';
import { absolute, split } from './names.ts';

export const OPERATIONS = [
  'copy',
  'move',
  'rename',
  'chmod',
  'extract',
  'compress',
  'link',
  'unlink',
  'trash',
] as const;
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
  /** The permissions for `chmod`, in octal, or the format for `compress`. */
  readonly metadata: string;
}

const needsDestination = new Set<Operation>(['copy', 'move', 'rename', 'link']);
const MODE = /^0?[0-7]{3}$/;

/** @throws ApiError `bad_param` if something that the operation needs is missing. Nothing is changed then. */
export function assertOperations({ operation, sources, destinations, metadata }: Operations): void {
  if (sources.length === 0) throw badParam('The parameter “sourcefiles” has no path.');
  if (operation === 'chmod' && !MODE.test(metadata)) {
    throw badParam('The operation “chmod” needs the permissions in the parameter “metadata”, such as 0644.');
  }
  if (operation === 'compress') {
    if (destinations.length !== 1)
      throw badParam('The operation “compress” needs the path of the archive in the parameter “destfiles”.');
    formatOf(metadata, destinations[0] ?? '');
  }
  const isWrong = ![1, sources.length].includes(destinations.length);
  if (isWrong && (needsDestination.has(operation) || (operation === 'extract' && destinations.length > 0))) {
    throw badParam(
      `The operation “${operation}” needs one path in the parameter “destfiles”, or as many as “sourcefiles” has.`,
    );
  }
}

/** @param archive its ending counts if there is no metadata. @throws ApiError `bad_param` */
function formatOf(metadata: string, archive: string): ArchiveFormat {
  const wanted = metadata === '' ? archive.toLowerCase().replace(/\.t(gz|bz2)$/, '.tar.$1') : `.${metadata}`;
  // The longest one first: tar.gz, not gz.
  const format = [...ARCHIVE_FORMATS]
    .sort((one, other) => other.length - one.length)
    .find((one) => (metadata === '' ? wanted.endsWith(`.${one}`) : metadata === one));
  if (format !== undefined) return format;
  const given = metadata === '' ? quote(split(archive).name) : quote(metadata);
  throw badParam(
    `The archive should be ${anyOf(ARCHIVE_FORMATS)}, in the parameter “metadata”, not ${given}.`,
  );
}

/** Does the work on each file, and goes on with the next one if it fails. A dry run only looks for the files. */
export async function operate(
  files: MachineUserFiles,
  work: Operations,
  isDryRun: boolean,
): Promise<OperationRow[]> {
  const { operation } = work;
  if (operation === 'compress') return compress(files, work, isDryRun);
  const rows: OperationRow[] = [];
  for (const [index, source] of work.sources.entries()) {
    const destination = work.destinations[index] ?? work.destinations[0] ?? '';
    const named = { src: absolute(files.home, source) };
    try {
      if ((await files.stat(source)) === undefined)
        throw new MachineError('not_found', `“${source}”: No such file or directory.`);
      const dest = isDryRun
        ? destination
        : await operateOn(files, { ...work, operation }, source, destination);
      rows.push({ result: 1, ...named, dest: dest === '' ? '' : absolute(files.home, dest) });
    } catch (error) {
      if (!(error instanceof MachineError || error instanceof ApiError)) throw error;
      rows.push({ result: 0, ...named, dest: destination, err: error.message });
    }
  }
  return rows;
}

/** All sources become one archive, so all of them fail, or none. */
async function compress(
  files: MachineUserFiles,
  { sources, destinations: [archive = ''], metadata }: Operations,
  isDryRun: boolean,
): Promise<OperationRow[]> {
  const row = (source: string) => ({
    src: absolute(files.home, source),
    dest: absolute(files.home, archive),
  });
  try {
    if (!isDryRun) await files.compress(sources, archive, formatOf(metadata, archive));
    return sources.map((source) => ({ result: 1, ...row(source) }));
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return sources.map((source) => ({ result: 0, ...row(source), err: error.message }));
  }
}

/** @returns the new path. Empty if there is none. */
async function operateOn(
  files: MachineUserFiles,
  { operation, metadata }: Omit<Operations, 'operation'> & { operation: Exclude<Operation, 'compress'> },
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
      await files.chmod(source, parseInt(metadata, 8));
      return source;
    case 'extract': {
      const target = destination === '' ? split(absolute(files.home, source)).directory : destination;
      await files.extract(source, target);
      return target;
    }
    case 'link': {
      const target = await destinationOf(files, source, destination);
      await files.makeLink(target, absolute(files.home, source));
      return target;
    }
    case 'unlink':
      await files.remove(source);
      return '';
    case 'trash':
      return `.trash/${await files.trash(source)}`;
  }
}
