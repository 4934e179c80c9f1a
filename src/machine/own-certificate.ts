// The self-signed certificate of this program's own server.
import { X509Certificate } from 'node:crypto';
import type { MachineOwnCertificate } from '../core/machine.ts';
import { selfSigned } from './self-signed.ts';

/** The files of the certificates, with their keys (PEM). */
export interface CertificateFiles {
  read(): string | undefined;
  /** Undefined if no certificate was replaced. */
  readFormer(): string | undefined;
  /** Keeps a certificate that another process created a moment ago. */
  storeFirst(pem: string): void;
  /** The present one becomes the former. */
  replace(pem: string): void;
  /** The former one becomes the present. */
  restoreFormer(): void;
}

export interface OwnCertificateDependencies {
  readonly files: CertificateFiles;
  readonly now: () => number;
  readonly hostname: () => string;
  /** Has the running servers load it. New connections then use it. */
  readonly reload: () => void;
}

export class OwnCertificate implements MachineOwnCertificate {
  readonly #given: OwnCertificateDependencies;

  constructor(given: OwnCertificateDependencies) {
    this.#given = given;
  }

  async ensure(): Promise<string> {
    const { files, hostname, now } = this.#given;
    const present = files.read();
    if (present !== undefined) return present;
    files.storeFirst(await selfSigned(hostname(), now()));
    return files.read() ?? '';
  }

  async fingerprint(): Promise<string | undefined> {
    return fingerprintOf(this.#given.files.read());
  }

  async renew(hostname: string, former: string): Promise<void> {
    const { files, now, reload } = this.#given;
    if (fingerprintOf(files.read()) === former) files.replace(await selfSigned(hostname, now()));
    reload();
  }

  async restore(former: string): Promise<void> {
    const { files, reload } = this.#given;
    if (fingerprintOf(files.read()) === former || fingerprintOf(files.readFormer()) !== former) return;
    files.restoreFormer();
    reload();
  }
}

/** Undefined also for a file that is no certificate. */
function fingerprintOf(pem: string | undefined): string | undefined {
  if (pem === undefined) return undefined;
  try {
    return new X509Certificate(pem).fingerprint256;
  } catch {
    return undefined;
  }
}
