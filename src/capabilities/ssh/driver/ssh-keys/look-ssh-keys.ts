// The SSH keys of a user as they are now.
import type { FileFacts } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { authorizedIn } from './authorized-keys.ts';
import { filesOf, folderOf, MAX_KEY_BYTES, pathOf, readAuthorized, type KeyFolder } from './folder.ts';
import { fingerprintOf, isPrivateKey, publicKeyIn, type PublicKey } from './keys.ts';
import type { Work } from './scratch.ts';
import { fingerprintBy, hasTool } from './tools.ts';

export { findBadOption } from './authorized-keys.ts';
export { fingerprintOf, lineOf, privateKeyIn, publicKeyIn, type PublicKey } from './keys.ts';
export * from './tools.ts';
export { folderOf, type KeyFolder };

export interface FoundKey {
  readonly name: string;
  readonly isPrivate: boolean;
  readonly text: string;
  /** For a private key: what the file of its public half says. */
  readonly publicKey: PublicKey | undefined;
  /** Undefined if nothing tells it: a private key that has a passphrase, in an older format, without its public half. */
  readonly fingerprint: string | undefined;
  readonly isAuthorized: boolean;
  readonly facts: FileFacts;
}

/** The keys in the folder: regular files of its user that hold one. Nothing where there is no folder. */
export async function listKeys(work: Work, folder: KeyFolder): Promise<FoundKey[]> {
  const files = await filesOf(work.machine, folder);
  const found: FoundKey[] = [];
  for (const name of await files.list(`${folder.home}/.ssh`)) {
    const key = await findKey(work, folder, name);
    if (key !== undefined) found.push(key);
  }
  return found;
}

/** Undefined if there is no such file, or it is no key. */
export async function findKey(work: Work, folder: KeyFolder, name: string): Promise<FoundKey | undefined> {
  const files = await filesOf(work.machine, folder);
  if (!/^[A-Za-z0-9_][A-Za-z0-9._@+-]*$/.test(name)) return undefined;
  const facts = await files.facts(pathOf(folder, name));
  if (facts?.kind !== 'file' || facts.size > MAX_KEY_BYTES) return undefined;
  const text = await read(work, folder, name);
  if (text === undefined) return undefined;
  const isPrivate = isPrivateKey(text);
  const publicText = isPrivate ? await read(work, folder, `${name}.pub`) : text;
  const publicKey = publicText === undefined ? undefined : publicKeyIn(publicText);
  if (!isPrivate && publicKey === undefined) return undefined;
  const fingerprint =
    publicKey === undefined ? await fingerprintOfPrivate(work, text) : fingerprintOf(publicKey);
  const authorized = authorizedIn(await readAuthorized(files, folder));
  const isAuthorized = fingerprint !== undefined && authorized.has(fingerprint);
  return { name, isPrivate, text, publicKey, fingerprint, isAuthorized, facts };
}

/** True if there is anything of this name. */
export async function isTaken({ machine }: Work, folder: KeyFolder, name: string): Promise<boolean> {
  const files = await filesOf(machine, folder);
  return (await files.facts(pathOf(folder, name))) !== undefined;
}

/** Undefined for what cannot be a key: nothing, a link, a file of somebody else, one that is too large or no text. */
async function read({ machine }: Work, folder: KeyFolder, name: string): Promise<string | undefined> {
  try {
    return await (await filesOf(machine, folder)).readText(pathOf(folder, name), MAX_KEY_BYTES);
  } catch (error) {
    if (error instanceof MachineError && error.code === 'failed') return undefined;
    throw error;
  }
}

async function fingerprintOfPrivate(work: Work, text: string): Promise<string | undefined> {
  return (await hasTool(work, 'ssh-keygen')) ? fingerprintBy(work, text) : undefined;
}
