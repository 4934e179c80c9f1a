// The certificate that a service of the server uses.
import { readCertificates, readPrivateKey, type ReadCertificate } from './x509.ts';

/** As the service reads them. */
export interface ServiceFiles {
  /** WHM’s name: `cpanel`. */
  readonly service: string;
  /** The certificate and its chain (PEM). Can also contain the key. */
  readonly pem: string;
  /** A text with the key (PEM). Empty if this program does not know it. */
  readonly key: string;
}

export interface ServiceCertificate {
  readonly certificate: ReadCertificate;
  /** From the issuer on, in the order of the file. */
  readonly issuers: readonly ReadCertificate[];
  /** PEM of PKCS #8. Empty if it is not known. Secret. */
  readonly key: string;
}

/** @throws ApiError `bad_param` if the files are not what they should be. */
export function readServiceCertificate({ service, pem, key }: ServiceFiles): ServiceCertificate {
  const [certificate, ...issuers] = readCertificates(service, pem);
  if (certificate === undefined) throw new TypeError('readCertificates returned none.');
  return { certificate, issuers, key: key === '' ? '' : readPrivateKey(service, key).pem };
}
