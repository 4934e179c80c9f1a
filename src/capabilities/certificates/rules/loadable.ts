// Says whether a daemon would load a certificate. Apache ends, with all websites, if OpenSSL refuses one of its files, and the
// check of its configuration does not read them.
import { createSecureContext } from 'node:tls';
import { badParam } from '../../../core/errors.ts';
import type { ReadCertificate, ReadKey } from './x509.ts';

/** Debian’s OpenSSL has this level. Another build, such as that of Node.js itself, may have a lower one. */
const CIPHERS = 'DEFAULT@SECLEVEL=2';

/** @throws ApiError `bad_param` with OpenSSL’s reason, which never quotes the key. */
export function assertLoadable(
  certificate: ReadCertificate,
  issuers: readonly ReadCertificate[],
  key: ReadKey,
): void {
  const cert = [certificate, ...issuers].map(({ pem }) => pem).join('');
  try {
    createSecureContext({ cert, key: key.pem, ciphers: CIPHERS });
  } catch (error) {
    // “Error: error:0A00018D:SSL routines::ca key too small”
    const reason = String(error).split(':').at(-1)?.trim();
    throw badParam(
      `OpenSSL refuses the certificate or its chain, so a server might not start with it: ${reason}. ` +
        'Request the certificate again, from an authority that browsers trust.',
    );
  }
}
