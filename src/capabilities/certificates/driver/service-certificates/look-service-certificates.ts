// Which certificates the services use now.
import { dirname } from 'node:path';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { ServiceFiles } from '../../rules/service-certificate.ts';
import { digestOf } from '../../../../ground/driver/file-driver.ts';
import {
  daemonFiles,
  filesOf,
  isDaemonService,
  ownCertificate,
  usesFile,
  type DaemonService,
} from './daemon-files.ts';
import { findDovecotFiles, findOwnPath, isDovecotInstalled } from './dovecot.ts';

// The services that have a certificate of their own, as WHM names them.
export const services = {
  ftp: 'The FTP server',
  exim: 'The mail server Exim (SMTP)',
  dovecot: 'The mail server Dovecot (IMAP and POP3)',
  cpanel: 'The API server whmapi1d: WHM’s API and page',
} as const;

type ServiceName = keyof typeof services;
export const serviceNames = ['ftp', 'exim', 'dovecot', 'cpanel'] as const satisfies readonly ServiceName[];

/** The state before a change. */
export interface ServiceState {
  readonly service: ServiceName;
  /** The digest of what the service has. Null if that is nothing, and for `dovecot`. */
  readonly digest: string | null;
  /** The file that was installed for `dovecot`. */
  readonly path: string | undefined;
}

/** The files of all installed services. `problem` gets a sentence about each that cannot be read. */
export async function lookAtServiceCertificates(
  machine: Machine,
  problem: (sentence: string) => void,
): Promise<ServiceFiles[]> {
  const found: ServiceFiles[] = [];
  for (const service of serviceNames) {
    try {
      const one = await find(machine, service);
      if (one !== undefined) found.push(one);
    } catch (error) {
      problem(`The certificate of “${service}” cannot be read: ${(error as Error).message}`);
    }
  }
  return found;
}

/** @throws MachineError `not_found` if the service is not installed, or has no certificate yet. */
export async function lookAtServiceCertificate(
  machine: Machine,
  service: ServiceName,
): Promise<ServiceFiles> {
  await assertInstalled(machine, service);
  const found = await find(machine, service);
  if (found !== undefined) return found;
  throw new MachineError(
    'not_found',
    `“${service}” has no certificate yet. Run reset_service_ssl_certificate service=${service} to create one.`,
  );
}

/** For a change. @throws MachineError `not_found` if the service is not installed, `failed` if an option forbids it. */
export async function lookBeforeChange(machine: Machine, service: ServiceName): Promise<ServiceState> {
  await assertInstalled(machine, service);
  if (service === 'dovecot') return { service, digest: null, path: await findOwnPath(machine) };
  if (isDaemonService(service)) {
    const present = await (await filesOf(machine, service)).read(daemonFiles[service].path);
    return { service, digest: present === undefined ? null : digestOf(present), path: undefined };
  }
  const own = await (await machine.ownCertificate()).read();
  if (own?.option === undefined) return { service, digest: own?.digest ?? null, path: undefined };
  throw new MachineError(
    'failed',
    `whmapi1d was started with the certificate “${own.option}” (--tls-cert or WHMAPI1D_TLS_CERT), which takes precedence. ` +
      'Replace that file and run “systemctl reload whmapi1d”, or remove the option and restart whmapi1d first.',
  );
}

async function assertInstalled(machine: Machine, service: ServiceName): Promise<void> {
  if (service === 'cpanel') return;
  if (service === 'dovecot') {
    if (await isDovecotInstalled(machine)) return;
    throw new MachineError('not_found', 'Dovecot is not installed on this server.');
  }
  if (await usesFile(machine, service)) return;
  const { name } = daemonFiles[service];
  throw new MachineError(
    'not_found',
    `${name} was not set up by whmapi1 on this server. Activate a profile that has it (start_profile_activation).`,
  );
}

/**
 * The certificate to which a service is reset: that of whmapi1d for those that follow it, and a new self-signed one for the
 * others and without one.
 */
export async function lookAtResetCertificate(machine: Machine, service: ServiceName): Promise<string> {
  const own = isDaemonService(service) ? await ownCertificate(machine) : undefined;
  const create = async () => (await machine.ownCertificate()).create(machine.system.hostname().toLowerCase());
  return own ?? create();
}

async function find(machine: Machine, service: ServiceName): Promise<ServiceFiles | undefined> {
  if (service === 'cpanel') {
    const own = await (await machine.ownCertificate()).read();
    return own && { service, pem: own.pem, key: own.option === undefined ? own.pem : '' };
  }
  if (isDaemonService(service)) return findFileOf(machine, service);
  if (!(await isDovecotInstalled(machine))) return undefined;
  const paths = await findDovecotFiles(machine);
  if (paths === undefined) return undefined;
  const files = await machine.files([dirname(paths.certificate), dirname(paths.key)]);
  const pem = await files.readText(paths.certificate);
  return pem === undefined ? undefined : { service, pem, key: (await files.readText(paths.key)) ?? '' };
}

async function findFileOf(machine: Machine, service: DaemonService): Promise<ServiceFiles | undefined> {
  if (!(await usesFile(machine, service))) return undefined;
  const pem = await (await filesOf(machine, service)).readText(daemonFiles[service].path);
  return pem === undefined ? undefined : { service, pem, key: pem };
}
