// Signs a profile with the certificate of the server, so that a device shows who it is from.
import { Buffer } from 'node:buffer';
import type { Machine } from '../../../../core/machine.ts';
import { PRIVATE_FILE } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** @returns the profile in a signed message (CMS), as DER. @throws MachineError `failed` without a certificate. */
export async function signedProfile(
  machine: Pick<Machine, 'ownCertificate' | 'tools'>,
  profile: string,
): Promise<Buffer> {
  const own = await (await machine.ownCertificate()).read();
  if (own === undefined || own.option !== undefined) {
    throw new MachineError(
      'failed',
      'The profile cannot be signed, because this program does not have the certificate of the server with its key. ' +
        'Install one with install_service_ssl_certificate service=cpanel.',
    );
  }
  const tools = await machine.tools([{ name: 'openssl', worksInSandbox: true }]);
  const words = [
    ...['cms', '-sign', '-nodetach', '-binary', '-outform', 'PEM', '-md', 'sha256'],
    // Key, certificate and chain are in one file, which never has a name.
    ...['-signer', PRIVATE_FILE, '-inkey', PRIVATE_FILE, '-certfile', PRIVATE_FILE],
  ];
  const { stdout } = await tools.run('openssl', words, { input: profile, privateFile: own.pem });
  const base64 = /^-----BEGIN CMS-----\n([\s\S]+)\n-----END CMS-----$/m.exec(stdout)?.[1];
  if (base64 === undefined) throw new MachineError('failed', 'openssl did not sign the profile.');
  return Buffer.from(base64, 'base64');
}
