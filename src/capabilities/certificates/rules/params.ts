// Parameters and response fields that several functions of certificates have.
import type { Param } from '../../../core/define.ts';

const pem = { type: 'string', multiline: true, maxLength: 262_144 } as const;

/** One certificate, or one and its chain. */
export const certificateText = {
  ...pem,
  doc: 'The certificate in PEM. Its chain may follow. Best passed with --file crt=PATH.',
} as const satisfies Param;

/** The same, to be stored for an account, which can have many of them. */
export const storedCertificateText = { ...certificateText, maxLength: 65_536 } as const satisfies Param;

export const keyText = {
  ...pem,
  maxLength: 32_768,
  sensitive: true,
  doc: 'The private key of the certificate in PEM, without a passphrase. Best passed with --file key=PATH.',
} as const satisfies Param;

/** A file with everything is often passed in one parameter: then it is masked in the audit log. */
export const maskedWithKey = (param: string) =>
  ({ sensitiveIf: { param, matches: /PRIVATE KEY/ } }) as const satisfies Partial<Param>;

export const bundleText = {
  ...pem,
  doc: 'The CA bundle in PEM: the certificates of the issuers, in any order.',
} as const satisfies Param;

/** In an example: the parameters of the example are not complete. */
export const EXAMPLE_CERTIFICATE = '-----BEGIN CERTIFICATE-----…';
export const EXAMPLE_KEY = '-----BEGIN PRIVATE KEY-----…';
