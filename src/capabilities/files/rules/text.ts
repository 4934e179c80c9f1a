// Text in a file of an account, for editors.
import { notFound } from '../../../core/errors.ts';
import type { MachineUserFiles } from '../../../core/machine-user-files.ts';
import { assertCharset, decode, encode } from './charsets.ts';
import { absolute, join } from './names.ts';

/** Editors do not open larger files, and responses have them as text. */
const MAX_BYTES = 8 * 1024 * 1024;

export const contentParam = {
  type: 'string',
  multiline: true,
  maxLength: MAX_BYTES,
  sensitive: true,
} as const;

export interface FoundText {
  readonly text: string;
  /** The encoding of the file. */
  readonly charset: string;
  /** Absolute. */
  readonly path: string;
  readonly directory: string;
}

/** @throws ApiError `not_found`; MachineError `invalid` for a file that is too large. */
export async function readText(
  files: MachineUserFiles,
  { dir, file }: { readonly dir: string; readonly file: string },
  charset: string,
): Promise<FoundText> {
  assertCharset(charset, 'from_charset');
  const path = join(dir, file);
  const found = await files.read(path, MAX_BYTES);
  if (found === undefined) throw notFound(`“${path}”: No such file or directory.`);
  return {
    ...decode(found.content, charset, 'from_charset'),
    path: absolute(files.home, path),
    directory: absolute(files.home, dir),
  };
}

export interface TextToWrite {
  readonly dir: string;
  readonly file: string;
  readonly content: string;
  readonly charset: string;
  /** True if the text is saved in UTF-8 if the encoding does not have one of its characters. */
  readonly fallsBack: boolean;
}

/** Replaces the text, or creates the file. @returns its absolute path, and the encoding that it has. */
export async function writeText(
  files: MachineUserFiles,
  { dir, file, content, charset: wanted, fallsBack }: TextToWrite,
  isDryRun: boolean,
): Promise<{ readonly path: string; readonly charset: string }> {
  assertCharset(wanted, 'to_charset');
  const path = join(dir, file);
  const write = async (charset: string) => {
    const bytes = encode(content, charset, 'to_charset');
    if (isDryRun) await files.stat(path);
    else await files.write(path, bytes);
    return { path: absolute(files.home, path), charset };
  };
  if (!fallsBack || canEncode(content, wanted)) return write(wanted);
  return write('UTF-8');
}

function canEncode(content: string, charset: string): boolean {
  try {
    encode(content, charset, 'to_charset');
    return true;
  } catch {
    return false;
  }
}
