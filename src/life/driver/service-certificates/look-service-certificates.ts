// Which certificates the services use now.
import { dirname } from 'node:path';
import type { Machine } from '../../../core/machine.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { ServiceFiles } from '../../../capabilities/certificates/rules/service-certificate.ts';
import { digestOf } from '../../../ground/driver/file-driver.ts';
import {
  filesOf,
  ownCertificate,
  usesFile,
  type DaemonFile,
} from '../../../capabilities/certificates/driver/service-certificates/daemon-files.ts';
import {
  findDovecotFiles,
  findOwnPath,
  isDovecotInstalled,
} from '../../../capabilities/certificates/driver/service-certificates/dovecot.ts';
import { declaredFiles, fileOf } from './declared-files.ts';

// The services that have a certificate of their own, as WHM names them.
export const services: Readonly<Record<string, string>> = {
  ...Object.fromEntries(declaredFiles.map(({ service, title }) => [service, title])),
  dovecot: 'The mail server Dovecot (IMAP and POP3)',
  cpanel: 'The API server whmapi1d: WHM’s API and page',
};

export const serviceNames: readonly string[] = Object.keys(services);

/** The state before a change. */
export interface ServiceState {
  readonly service: string;
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
export async function lookAtServiceCertificate(machine: Machine, service: string): Promise<ServiceFiles> {
  await assertInstalled(machine, service);
  const found = await find(machine, service);
  if (found !== undefined) return found;
  throw new MachineError(
    'not_found',
    `“${service}” has no certificate yet. Run reset_service_ssl_certificate service=${service} to create one.`,
  );
}

/** For a change. @throws MachineError `not_found` if the service is not installed, `failed` if an option forbids it. */
export async function lookBeforeChange(machine: Machine, service: string): Promise<ServiceState> {
  await assertInstalled(machine, service);
  if (service === 'dovecot') return { service, digest: null, path: await findOwnPath(machine) };
  const file = fileOf(service);
  if (file !== undefined) {
    const present = await (await filesOf(machine, file)).read(file.path);
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

async function assertInstalled(machine: Machine, service: string): Promise<void> {
  if (service === 'cpanel') return;
  if (service === 'dovecot') {
    if (await isDovecotInstalled(machine)) return;
    throw new MachineError('not_found', 'Dovecot is not installed on this server.');
  }
  const file = fileOf(service);
  if (file !== undefined && (await usesFile(machine, file))) return;
  throw new MachineError(
    'not_found',
    `${file?.name ?? service} was not set up by whmapi1 on this server. Activate a profile that has it (start_profile_activation).`,
  );
}

/**
 * The certificate to which a service is reset: that of whmapi1d for those that follow it, and a new self-signed one for the
 * others and without one.
 */
export async function lookAtResetCertificate(machine: Machine, service: string): Promise<string> {
  const own = fileOf(service) === undefined ? undefined : await ownCertificate(machine);
  const create = async () => (await machine.ownCertificate()).create(machine.system.hostname().toLowerCase());
  return own ?? create();
}

async function find(machine: Machine, service: string): Promise<ServiceFiles | undefined> {
  if (service === 'cpanel') {
    const own = await (await machine.ownCertificate()).read();
    return own && { service, pem: own.pem, key: own.option === undefined ? own.pem : '' };
  }
  const file = fileOf(service);
  if (file !== undefined) return findFileOf(machine, file);
  if (!(await isDovecotInstalled(machine))) return undefined;
  const paths = await findDovecotFiles(machine);
  if (paths === undefined) return undefined;
  const files = await machine.files([dirname(paths.certificate), dirname(paths.key)]);
  const pem = await files.readText(paths.certificate);
  return pem === undefined ? undefined : { service, pem, key: (await files.readText(paths.key)) ?? '' };
}

async function findFileOf(machine: Machine, file: DaemonFile): Promise<ServiceFiles | undefined> {
  if (!(await usesFile(machine, file))) return undefined;
  const pem = await (await filesOf(machine, file)).readText(file.path);
  return pem === undefined ? undefined : { service: file.service, pem, key: pem };
}
