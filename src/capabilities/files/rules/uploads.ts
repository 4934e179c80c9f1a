// Uploaded files: from the drafts in an account's home, in which the server has received them, to their places.
import type { Upload } from '../../../core/context.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { MachineUserFiles } from '../../../core/machine-user-files.ts';
import { absolute, join } from './names.ts';

export interface UploadRow {
  /** The name of the file. */
  readonly file: string;
  readonly status: 0 | 1;
  /** Empty if it was uploaded. */
  readonly reason: string;
  readonly size: number;
  readonly warnings: string[];
}

export interface UploadOptions {
  readonly directory: string;
  readonly mode: number;
  readonly overwrites: boolean;
  readonly isDryRun: boolean;
}

/** The names of new drafts begin with it. */
export const DRAFT = '.whmapi1-upload-';

const OLD_DRAFT = /^\.whmapi1-(?:upload-)?[0-9a-f]{16}$/;
/** No work on files takes so long. */
const OLD_MS = 2 * 3_600_000;

/**
 * Removes drafts that were left in the home because the server was killed, or because the home was moved away in the
 * middle of an upload and has come back.
 * @param now in milliseconds since 1970-01-01.
 */
export async function removeOldDrafts(files: MachineUserFiles, now: number): Promise<void> {
  const { files: found } = await files.list('');
  for (const { name, kind, modifiedAt } of found) {
    if (kind === 'file' && OLD_DRAFT.test(name) && modifiedAt < now - OLD_MS) await files.remove(name);
  }
}

/** Moves each file to its place, and goes on with the next one if it fails. */
export async function placeUploads(
  files: MachineUserFiles,
  uploads: readonly Upload[],
  options: UploadOptions,
): Promise<UploadRow[]> {
  const rows: UploadRow[] = [];
  for (const upload of uploads) {
    const reason = upload.problem ?? problemOf(upload.name) ?? (await place(files, upload, options));
    rows.push({
      file: upload.name,
      status: reason === undefined ? 1 : 0,
      reason: reason ?? '',
      size: upload.size,
      warnings: [],
    });
  }
  return rows;
}

/** Why a file cannot have the name. */
function problemOf(name: string): string | undefined {
  if (/^\.{0,2}$/.test(name) || name.includes('/')) return 'The file has no name that a file can have.';
  if (/\p{Cc}|\ufffd/u.test(name)) return 'The name has a control character, or is not valid UTF-8.';
  return undefined;
}

/** Returns why it failed. */
async function place(
  files: MachineUserFiles,
  { name, draft }: Upload,
  { directory, mode, overwrites, isDryRun }: UploadOptions,
): Promise<string | undefined> {
  const path = join(absolute(files.home, directory), name);
  try {
    if (isDryRun) {
      const isThere = (await files.stat(path)) !== undefined;
      return isThere && !overwrites ? exists(name) : undefined;
    }
    await files.chmod(draft, mode);
    await files.rename(draft, path, { replaces: overwrites });
    return undefined;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return error.code === 'exists' ? exists(name) : error.message;
  }
}

function exists(name: string): string {
  return `The file “${name}” already exists. Use overwrite=1 to replace it.`;
}
