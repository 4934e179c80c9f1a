// Which certificates the services use now.
import { dirname } from 'node:path';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { ServiceFiles } from '../../rules/service-certificate.ts';
import { findDovecotFiles, findOwnPath, isDovecotInstalled } from './dovecot.ts';
import { serviceNames, type ServiceName } from './services.ts';

export { serviceNames, services, type ServiceName } from './services.ts';

/** The state before a change. */
export interface ServiceState {
  readonly service: ManagedService;
  /** The digest of what `cpanel` has stored. Null if that is nothing, and for other services. */
  readonly digest: string | null;
  /** The file that was installed for `dovecot`. */
  readonly path: string | undefined;
}

export type ManagedService = 'cpanel' | 'dovecot';

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
  if (service !== 'cpanel') return { service: 'dovecot', digest: null, path: await findOwnPath(machine) };
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
  if (service === 'dovecot' && (await isDovecotInstalled(machine))) return;
  const why =
    service === 'dovecot'
      ? 'Dovecot is not installed on this server.'
      : `This program does not manage a service “${service}” on this server yet.`;
  throw new MachineError(
    'not_found',
    `${why} Services with a certificate: cpanel, and dovecot if it is installed.`,
  );
}

async function find(machine: Machine, service: ServiceName): Promise<ServiceFiles | undefined> {
  if (service === 'cpanel') {
    const own = await (await machine.ownCertificate()).read();
    return own && { service, pem: own.pem, key: own.option === undefined ? own.pem : '' };
  }
  if (service !== 'dovecot' || !(await isDovecotInstalled(machine))) return undefined;
  const paths = await findDovecotFiles(machine);
  if (paths === undefined) return undefined;
  const files = await machine.files([dirname(paths.certificate), dirname(paths.key)]);
  const pem = await files.readText(paths.certificate);
  return pem === undefined ? undefined : { service, pem, key: (await files.readText(paths.key)) ?? '' };
}
