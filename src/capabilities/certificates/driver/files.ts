// The files of certificates that the web server reads. Each has its own name, which depends on its content, so it is
// written once and never changes: the web server's configuration names the one to use.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Sealer } from '../../../core/context.ts';
import type { FileAttributes, MachineFiles } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { NewCertificate } from '../rules/installed.ts';
import { digestOf } from '../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../ground/driver/step.ts';

export type CertificateFile = Pick<
  NewCertificate,
  'servername' | 'path' | 'digest' | 'pem' | 'chain' | 'sealedKey' | 'keyPurpose'
>;

const DIRECTORY = '/etc/ssl';
/** Outermost first. */
const FOLDERS = ['/etc/ssl/whmapi1', '/etc/ssl/whmapi1/sites'];
const privateFolder: FileAttributes = { mode: 0o700 };
const privateFile: FileAttributes = { mode: 0o600 };

export function filesOf(machine: DriverMachine): Promise<MachineFiles> {
  return machine.files([DIRECTORY]);
}

/** True if the file is there. @throws MachineError `failed` if somebody has edited it. */
export async function isThere(files: MachineFiles, { path, digest }: CertificateFile): Promise<boolean> {
  const content = await files.read(path);
  if (content === undefined) return false;
  if (digestOf(content) === digest) return true;
  throw new MachineError(
    'failed',
    `“${path}” was edited by hand, so it is not overwritten. Remove it, or move it elsewhere to keep it, and then retry the call.`,
  );
}

/** Writes the file if it is not there. @throws MachineError `failed`. */
export async function write(files: MachineFiles, sealer: Sealer, file: CertificateFile): Promise<void> {
  if (await isThere(files, file)) return;
  const { servername, path, pem, chain, sealedKey, keyPurpose } = file;
  const key = await sealer.open(Buffer.from(sealedKey, 'base64'), keyPurpose);
  // Apache's own check does not read certificates. With a wrong pair, it would stop at the next reload.
  if (!new X509Certificate(pem).checkPrivateKey(createPrivateKey(key))) {
    throw new MachineError('failed', `The key for “${servername}” does not belong to its certificate.`);
  }
  const content = `${key}${pem}${chain}`;
  if (digestOf(content) !== file.digest) throw new Error(`The file “${path}” would have another digest.`);
  for (const folder of FOLDERS) await files.makeDirectory(folder, privateFolder);
  await files.write(path, content, privateFile);
}

/** Writes the files that are not there. @returns their number. @throws MachineError `failed`. */
export async function writeMissing(
  machine: DriverMachine,
  sealer: Sealer,
  wanted: readonly CertificateFile[],
): Promise<number> {
  const files = await filesOf(machine);
  let count = 0;
  for (const file of wanted) {
    if (await isThere(files, file)) continue;
    await write(files, sealer, file);
    count += 1;
  }
  return count;
}
