// What archives consist of.
import { MachineError } from '../../../core/machine-error.ts';

export interface Entry {
  /** As the archive has it. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'hard link' | 'other';
  /** Permission bits. */
  readonly mode: number;
  /** In bytes, as the archive says. */
  readonly size: number;
  /** Milliseconds since 1970-01-01. */
  readonly modifiedAt: number | undefined;
  /** Where a link leads: the name of another entry for a hard link. */
  readonly target: string;
  /** Can be read once, before the next entry is asked for. */
  readonly content: () => AsyncIterable<Uint8Array>;
}

export interface NewEntry {
  /** Without a slash at the end. */
  readonly name: Buffer;
  readonly kind: 'file' | 'directory' | 'link';
  readonly mode: number;
  readonly size: number;
  readonly modifiedAt: number;
  readonly target: Buffer;
}

export interface Packed {
  readonly entry: NewEntry;
  readonly content: AsyncIterable<Uint8Array>;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Undefined unless it is valid UTF-8. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** A name in an archive that is read. @throws MachineError `invalid` for one that is not known to be right. */
export function named(name: string | undefined): string {
  if (name === undefined)
    throw new MachineError(
      'invalid',
      'The archive has a name that is not valid UTF-8, so it is not unpacked.',
    );
  return name;
}

/** A name for an archive that is written. @throws MachineError `invalid` unless it is valid UTF-8. */
export function packedName(bytes: Buffer): string {
  const name = utf8(bytes);
  if (name === undefined)
    throw new MachineError(
      'invalid',
      `“${bytes.toString()}”: this name is not valid UTF-8, so it cannot be packed. Rename the file or the target of the link, and retry the call. Nothing was written.`,
    );
  return name;
}

/** @returns whole milliseconds, not before 1970. Undefined for NaN and for years with more than six digits. */
export function timeOf(milliseconds: number): number | undefined {
  const time = new Date(Math.max(0, Math.floor(milliseconds))).getTime();
  return Number.isNaN(time) ? undefined : time;
}

/** The last time that fits into 32 bits, in milliseconds: what all programs read. */
export const MAX_TIME = 0x7fffffff * 1000;

export async function* nothing(): AsyncGenerator<Uint8Array> {
  // Directories and links have no content.
}
