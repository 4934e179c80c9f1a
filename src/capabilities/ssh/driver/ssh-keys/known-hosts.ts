// The file ~/.ssh/known_hosts of an account. It is read and written as the account’s user. OpenSSH’s own tools ask the
// servers for their keys, and find and remove lines, so that hashed names and patterns mean what they mean to ssh.
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { FreeContext } from '../../../../core/context.ts';
import { ApiError, notFound } from '../../../../core/errors.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { MachineUserFiles } from '../../../../core/machine-user-files.ts';
import { fingerprintOf, parsePublicKey, type PublicKey } from './keys.ts';
import { PRIVATE_FILE, TOOLS, withScratch, type Scratch, type Work } from './scratch.ts';

/** A server, as the call names it. */
export interface Host {
  readonly host: string;
  readonly port: number;
}

const FOLDER = '.ssh';
const FILE = `${FOLDER}/known_hosts`;
const MAX_BYTES = 1_048_576;
const LOOKUP_MS = 5_000;
const SCAN_SECONDS = 5;

/**
 * The keys that a server shows now. Its name is looked up once, and only public addresses are asked: an account must not
 * explore the networks of this server.
 * @throws MachineError `not_ours` for other addresses; ApiError `host_failed` if no SSH server responds.
 */
export async function scan({ machine }: Work, { host, port }: Host): Promise<PublicKey[]> {
  const [address = ''] = await (await machine.outbound()).addressesOf(host.toLowerCase(), LOOKUP_MS);
  const tools = await machine.tools(TOOLS);
  const words = ['-q', '-T', String(SCAN_SECONDS), '-p', String(port), '--', address];
  const { stdout } = await tools.run('ssh-keyscan', words, {
    accept: [0, 1, 255],
    limitMs: 4 * SCAN_SECONDS * 1000,
  });
  const keys = stdout.split('\n').flatMap((line) => keyIn(line) ?? []);
  if (keys.length > 0) return keys.sort((a, b) => (a.type < b.type ? -1 : 1));
  throw new ApiError(
    'host_failed',
    `No SSH server responded at “${host}”, port ${port}. Check the name, the port and the firewalls.`,
  );
}

/** The key in a line of known_hosts (sshd(8)). Undefined for comments, markers and what is no key. */
function keyIn(line: string): PublicKey | undefined {
  if (line.startsWith('#') || line.startsWith('@')) return undefined;
  const key = parsePublicKey(line.replace(/^\S+\s+/, ''));
  return key && { ...key, comment: '' };
}

/** The name of a server in the file: `host`, or `[host]:port`. */
function nameOf({ host, port }: Host): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** The keys of a server in the file, and the file. */
export interface Known {
  readonly keys: readonly PublicKey[];
  /** True if a line of the file is about the server. */
  readonly isKnown: boolean;
  readonly content: string;
}

/** @throws MachineError `invalid` if the file is too large or not a regular file. */
export async function readKnown(context: FreeContext, host: Host): Promise<Known> {
  const content = await read(await context.machine.userFiles(context.caller.user));
  if (content === '') return { keys: [], isKnown: false, content };
  const found = await withFile(context, content, async ({ tools, path }) => {
    const words = ['-F', nameOf(host), '-f', { path: path() }];
    return tools.run('ssh-keygen', words, { accept: [0, 1, 255] });
  });
  const lines = found.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { keys: lines.flatMap((line) => keyIn(line) ?? []), isKnown: lines.length > 0, content };
}

/** The file with keys of a server added at its end. */
export function withKeys(host: Host, content: string, keys: readonly PublicKey[]): string {
  const lines = keys.map((key) => `${lineOf(host, key)}\n`).join('');
  return `${content}${content === '' || content.endsWith('\n') ? '' : '\n'}${lines}`;
}

/** Removes all lines of a server. @returns the rest of the file. @throws ApiError `not_found` if there are none. */
export async function without(
  context: FreeContext,
  host: Host,
  { content, isKnown }: Known,
): Promise<string> {
  if (!isKnown) throw notFound(`The file “${FILE}” does not have the server “${nameOf(host)}”.`);
  return withFile(context, content, async ({ files, tools, path }) => {
    await tools.run('ssh-keygen', ['-R', nameOf(host), '-f', { path: path() }]);
    return (await files.readText(path(), MAX_BYTES)) ?? '';
  });
}

/** Removes the file if the content is empty. */
export async function write(files: MachineUserFiles, content: string): Promise<void> {
  if ((await files.stat(FOLDER)) === undefined) {
    if (content === '') return;
    await files.makeDirectory(FOLDER, 0o700);
  }
  if (content === '') await files.remove(FILE);
  else await files.write(FILE, Buffer.from(content), { mode: 0o600 });
}

/** Empty if there is no file. */
export async function read(files: MachineUserFiles): Promise<string> {
  try {
    const found = await files.read(FILE, MAX_BYTES);
    if (found === undefined) return '';
    if (isUtf8(found.content)) return Buffer.from(found.content).toString('utf8');
    throw new MachineError('invalid', `The file “${FILE}” is not text in UTF-8.`);
  } catch (error) {
    // Without the folder, there is no file in it.
    if (error instanceof MachineError && error.code === 'not_found') return '';
    throw error;
  }
}

function withFile<T>(context: Work, content: string, use: (scratch: Scratch) => Promise<T>): Promise<T> {
  return withScratch(context, async (scratch) => {
    await scratch.files.write(scratch.path(), content, PRIVATE_FILE);
    return use(scratch);
  });
}

function lineOf(host: Host, { type, blob }: PublicKey): string {
  return `${nameOf(host)} ${type} ${blob}`;
}

export function isSameKey(a: PublicKey, b: PublicKey): boolean {
  return a.type === b.type && a.blob === b.blob;
}

/** What KnownHosts returns for a key. */
export function rowOf(host: Host, key: PublicKey) {
  const bytes = Buffer.from(key.blob, 'base64');
  const md5 = createHash('md5').update(bytes).digest('hex');
  return {
    host: nameOf(host),
    key: `${key.type} ${key.blob}`,
    line: lineOf(host, key),
    meta: {
      algorithm: key.type,
      body: key.blob,
      md5,
      'md5-printable': `MD5:${md5.replace(/..(?=.)/g, '$&:')}`,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      'sha256-printable': fingerprintOf(key),
    },
  };
}
