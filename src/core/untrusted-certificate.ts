// One sentence about a certificate that is not trusted, with what to do, for all programs and all connections.

const UNKNOWN_ISSUER = 'its issuer is unknown';
const RENEW = 'Renew it on that server.';

/** Why it is not trusted, by the code of Node’s error, and what helps if trust does not. */
const reasons: Readonly<Record<string, readonly [reason: string, remedy?: string]>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: ['it is self-signed'],
  SELF_SIGNED_CERT_IN_CHAIN: [UNKNOWN_ISSUER],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [UNKNOWN_ISSUER],
  UNABLE_TO_GET_ISSUER_CERT: [UNKNOWN_ISSUER],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [UNKNOWN_ISSUER],
  CERT_HAS_EXPIRED: ['it has expired', RENEW],
  CERT_NOT_YET_VALID: ['it is not valid yet', 'Check the clocks of both servers.'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['it is for another name', 'Use a name that the certificate has.'],
};

const OTHERS = /^(?:UNABLE_TO_|CERT_|ERR_TLS_CERT_|HOSTNAME_MISMATCH|INVALID_)/;

/**
 * Returns the sentence without its subject, which is the server: “has a certificate that is not trusted: it is
 * self-signed. To trust it, …”. Undefined if the error is about something else.
 * @param code the code of Node’s error.
 * @param howToTrust what makes this program trust the certificate or its issuer: an imperative.
 */
export function untrustedCertificate(code: string, howToTrust: string): string | undefined {
  const [reason, remedy = `To trust it, ${howToTrust}.`] =
    reasons[code] ?? (OTHERS.test(code) ? [code, RENEW] : []);
  return reason === undefined ? undefined : `has a certificate that is not trusted: ${reason}. ${remedy}`;
}

/** For requests to web addresses: the issuer of AutoSSL, notifications, logins with identity providers. */
export const TRUST_OUTBOUND =
  'set WHMAPI1_OUTBOUND_CERTIFICATES to a PEM file, for this command and for whmapi1d';
