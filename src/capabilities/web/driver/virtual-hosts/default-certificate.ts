// The certificate of the host for unknown names: Debian's own, self-signed. Apache does not start without it.
import type { DeclaredTool } from '../../../../core/machine-daemons.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';

const FOLDER = '/etc/ssl';
export const DEFAULT_CERTIFICATE = `${FOLDER}/certs/ssl-cert-snakeoil.pem`;
export const DEFAULT_KEY = `${FOLDER}/private/ssl-cert-snakeoil.key`;

/** A part of the package ssl-cert, whose installation runs it once. */
const tools: readonly DeclaredTool[] = [{ name: 'make-ssl-cert' }];

/**
 * Makes the certificate and its key if one of them was removed. Not in a sandbox.
 * @returns true if it made them.
 * @throws MachineError `failed`
 */
export async function makeDefaultCertificate(machine: DriverMachine): Promise<boolean> {
  if (!(await machine.services()).isSupported) return false;
  const files = await machine.files([FOLDER]);
  const facts = await Promise.all([DEFAULT_CERTIFICATE, DEFAULT_KEY].map((path) => files.facts(path)));
  if (facts.every((one) => one !== undefined)) return false;
  const bound = await machine.tools(tools);
  await bound.run('make-ssl-cert', ['generate-default-snakeoil', '--force-overwrite']);
  return true;
}
