// The certificates of daemons such as Exim and ProFTPD. Each reads one file at each connection, so a new one needs no reload. The file
// follows the certificate of whmapi1d, unless another one was installed for the service.
import type { FileAttributes, MachineFiles } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';

/** The certificate of a daemon. Its capability declares it. */
export interface DaemonFile {
  /** As WHM names the service. */
  readonly service: string;
  /** What it is, for the documentation. */
  readonly title: string;
  /** How people call the daemon. */
  readonly name: string;
  readonly tool: string;
  readonly folder: { readonly path: string; readonly attributes: FileAttributes };
  /** The key, the certificate and its chain (PEM). */
  readonly path: string;
  readonly attributes: FileAttributes;
  /** A service that reads the same file, and only when it is reloaded. */
  readonly follower?: string;
}

/** The first line of a file that was installed for its service. Programs ignore what is before a certificate in PEM. */
const INSTALLED =
  '# Installed by install_service_ssl_certificate, until reset_service_ssl_certificate is called.\n';

/** @param pem the key, the certificate and its chain. */
export const asInstalled = (pem: string) => INSTALLED + pem;

export function filesOf(machine: Pick<Machine, 'files'>, { folder }: DaemonFile): Promise<MachineFiles> {
  return machine.files([folder.path]);
}

/** True if the service uses the file. A sandbox has no services, and files all the same. */
export async function usesFile(machine: Machine, file: DaemonFile): Promise<boolean> {
  const services = await machine.services();
  if (!services.isSupported) return true;
  const { tool, path } = file;
  if (!(await (await machine.tools([{ name: tool }])).has(tool))) return false;
  return (await (await filesOf(machine, file)).facts(path)) !== undefined;
}

export async function writeFile(files: MachineFiles, file: DaemonFile, content: string): Promise<void> {
  const { folder, path, attributes } = file;
  await files.makeDirectory(folder.path, folder.attributes);
  await files.write(path, content, attributes);
}

/** Has the service that reads the same file read it again. Its sessions go on. */
export async function reloadFollower(
  machine: Pick<Machine, 'services'>,
  { follower }: DaemonFile,
): Promise<void> {
  const services = await machine.services();
  if (follower === undefined || !services.isSupported) return;
  if ((await services.state(follower)).state === 'active') await services.reload(follower);
}

/** The certificate of whmapi1d with its key. Undefined if it has none, or reads it from files of an administrator. */
export async function ownCertificate(machine: Machine): Promise<string | undefined> {
  const own = await (await machine.ownCertificate()).read();
  return own === undefined || own.option !== undefined ? undefined : own.pem;
}

/**
 * Gives the service the certificate of whmapi1d, or a self-signed one if that cannot be used. One that was installed for
 * the service, or put there by an administrator, stays. Can be repeated.
 * @returns true if it has another one now.
 */
export async function followOwnCertificate(machine: Machine, file: DaemonFile): Promise<boolean> {
  const { path } = file;
  const files = await filesOf(machine, file);
  const present = await files.readText(path);
  if (present !== undefined) {
    if (present.startsWith(INSTALLED) || (await files.origin(path)) !== 'ours') return false;
  }
  const create = async () => (await machine.ownCertificate()).create(machine.system.hostname());
  const wanted = (await ownCertificate(machine)) ?? present ?? (await create());
  if (wanted === present) return false;
  await writeFile(files, file, wanted);
  await reloadFollower(machine, file);
  return true;
}
