// The files of DKIM keys. Exim signs the mail of a domain if its file is there, and reads it for each message.
import type { Sealer } from '../../../../core/context.ts';
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { DKIM, folder, FOLDER, readable } from '../exim/places.ts';

/** An encrypted private key. */
export interface SealedKey {
  /** Base64. */
  readonly sealed: string;
  /** The text to which the encryption binds it. */
  readonly purpose: string;
}

export interface KeyOfDomain extends SealedKey {
  readonly domain: string;
}

export const pathOf = (domain: string) => `${DKIM}/${domain}`;

export const filesOf = (machine: DriverMachine): Promise<MachineFiles> => machine.files([FOLDER]);

/** @throws ApiError `key_lost`. */
export const openKey = (sealer: Sealer, { sealed, purpose }: SealedKey): Promise<string> =>
  sealer.open(Buffer.from(sealed, 'base64'), purpose);

/**
 * True if the file is there. `known`: the keys that it may have.
 * @throws MachineError `failed` if somebody has edited it; ApiError `key_lost`.
 */
export async function isThere(
  files: MachineFiles,
  sealer: Sealer,
  domain: string,
  known: readonly SealedKey[],
): Promise<boolean> {
  const path = pathOf(domain);
  const origin = await files.origin(path);
  if (origin === 'absent') return false;
  if (origin === 'ours') return true;
  // The records of origins may be lost, and the file may still be ours.
  const content = await files.readText(path);
  const keys = await Promise.all(known.map((key) => openKey(sealer, key)));
  if (content !== undefined && keys.includes(content)) return true;
  throw new MachineError(
    'failed',
    `“${path}” was edited by hand, so it is not overwritten. Remove it, or move it elsewhere to keep it, and then retry the call.`,
  );
}

/** @throws ApiError `key_lost`. */
export async function writeKey(files: MachineFiles, sealer: Sealer, { domain, ...key }: KeyOfDomain) {
  const pem = await openKey(sealer, key);
  for (const path of [FOLDER, DKIM]) await files.makeDirectory(path, folder);
  await files.write(pathOf(domain), pem, readable);
}

/**
 * Writes the files of these keys that are not there, for a server that begins to send mail.
 * @returns their number. @throws ApiError `key_lost`.
 */
export async function writeMissingKeys(
  machine: DriverMachine,
  sealer: Sealer,
  keys: readonly KeyOfDomain[],
): Promise<number> {
  const files = await filesOf(machine);
  let count = 0;
  for (const key of keys) {
    if ((await files.facts(pathOf(key.domain))) !== undefined) continue;
    await writeKey(files, sealer, key);
    count += 1;
  }
  return count;
}
