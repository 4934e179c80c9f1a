// Files that only their owner may read: profiles, tokens, sessions, fingerprints, records of runs.
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { quote } from '../core/quote.ts';
import { SetupError } from './setup-error.ts';
import type { RemoteEnvironment } from './environment.ts';

/**
 * Returns the directory `config` or `cache` according to the XDG Base Directory Specification, which ignores relative
 * paths.
 */
export function folderOf(
  kind: 'config' | 'cache',
  { environment }: Pick<RemoteEnvironment, 'environment'>,
): string {
  const given = environment[kind === 'config' ? 'XDG_CONFIG_HOME' : 'XDG_CACHE_HOME'] ?? '';
  const home = environment.HOME ?? homedir();
  return join(isAbsolute(given) ? given : join(home, kind === 'config' ? '.config' : '.cache'), 'whmapi1');
}

/** @throws SetupError if the file cannot be read, or other users can access it. */
export function readPrivate(path: string): string {
  const text = readPrivateIfThere(path);
  if (text === undefined) throw new SetupError(`${quote(path)} does not exist.`);
  return text;
}

/** @throws SetupError */
export function readPrivateIfThere(path: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new SetupError(`${quote(path)} could not be read: ${(error as Error).message}`);
  }
  try {
    const { uid, mode } = fstatSync(descriptor);
    if (uid !== process.getuid?.() && uid !== 0) {
      throw new SetupError(`${quote(path)} belongs to another user: it could hold anything.`);
    }
    if ((mode & 0o077) !== 0) {
      throw new SetupError(`${quote(path)} can be reached by other users. Run: chmod 600 ${shellWord(path)}`);
    }
    return readFileSync(descriptor, 'utf8');
  } catch (error) {
    if (error instanceof SetupError) throw error;
    throw new SetupError(`${quote(path)} could not be read: ${(error as Error).message}`);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes the file completely or not at all. @throws SetupError */
export function writePrivate(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  attempt(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, text, { mode: 0o600 });
    renameSync(draft, path);
  });
}

/** @throws SetupError */
export function appendPrivate(path: string, text: string): void {
  attempt(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    appendFileSync(path, text, { mode: 0o600 });
  });
}

function attempt(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new SetupError(`${quote(path)} could not be written: ${(error as Error).message}`);
  }
}

function shellWord(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
