// The certificates of Exim and ProFTPD. Each reads one file at each connection, so a new one needs no reload. The file
// follows the certificate of whmapi1d, unless another one was installed for the service.
import type { FileAttributes, MachineFiles } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';

interface DaemonFile {
  /** How people call the service. */
  readonly name: string;
  readonly tool: string;
  readonly folder: { readonly path: string; readonly attributes: FileAttributes };
  /** The key, the certificate and its chain (PEM). */
  readonly path: string;
  readonly attributes: FileAttributes;
  /** A service that reads the same file, and only when it is reloaded. */
  readonly follower?: string;
}

const EXIM = 'Debian-exim';

export const daemonFiles = {
  exim: {
    ...{ name: 'Exim', tool: 'exim4', path: '/etc/exim4/whmapi1/server.pem', follower: 'dovecot' },
    folder: { path: '/etc/exim4/whmapi1', attributes: { group: EXIM, mode: 0o750 } },
    attributes: { group: EXIM, mode: 0o640 },
  },
  ftp: {
    ...{ name: 'ProFTPD', tool: 'proftpd', path: '/etc/proftpd/whmapi1/certificate.pem' },
    folder: { path: '/etc/proftpd/whmapi1', attributes: { mode: 0o700 } },
    attributes: { mode: 0o600 },
  },
} as const satisfies Record<string, DaemonFile>;

export type DaemonService = keyof typeof daemonFiles;

export const isDaemonService = (service: string): service is DaemonService =>
  Object.hasOwn(daemonFiles, service);

/** The first line of a file that was installed for its service. Programs ignore what is before a certificate in PEM. */
const INSTALLED =
  '# Installed by install_service_ssl_certificate, until reset_service_ssl_certificate is called.\n';

/** @param pem the key, the certificate and its chain. */
export const asInstalled = (pem: string) => INSTALLED + pem;

export function filesOf(machine: Pick<Machine, 'files'>, service: DaemonService): Promise<MachineFiles> {
  const { folder } = daemonFiles[service];
  return machine.files([folder.path]);
}

/** True if the service uses the file. A sandbox has no services, and files all the same. */
export async function usesFile(machine: Machine, service: DaemonService): Promise<boolean> {
  const services = await machine.services();
  if (!services.isSupported) return true;
  const { tool, path } = daemonFiles[service];
  if (!(await (await machine.tools([{ name: tool }])).has(tool))) return false;
  return (await (await filesOf(machine, service)).facts(path)) !== undefined;
}

export async function writeFile(files: MachineFiles, service: DaemonService, content: string): Promise<void> {
  const { folder, path, attributes } = daemonFiles[service];
  await files.makeDirectory(folder.path, folder.attributes);
  await files.write(path, content, attributes);
}

/** Has the service that reads the same file read it again. Its sessions go on. */
export async function reloadFollower(
  machine: Pick<Machine, 'services'>,
  service: DaemonService,
): Promise<void> {
  const { follower }: DaemonFile = daemonFiles[service];
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
export async function followOwnCertificate(machine: Machine, service: DaemonService): Promise<boolean> {
  const { path } = daemonFiles[service];
  const files = await filesOf(machine, service);
  const present = await files.readText(path);
  if (present !== undefined) {
    if (present.startsWith(INSTALLED) || (await files.origin(path)) !== 'ours') return false;
  }
  const create = async () => (await machine.ownCertificate()).create(machine.system.hostname());
  const wanted = (await ownCertificate(machine)) ?? present ?? (await create());
  if (wanted === present) return false;
  await writeFile(files, service, wanted);
  await reloadFollower(machine, service);
  return true;
}
