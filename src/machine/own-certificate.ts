// The certificate of this program's own server: a self-signed one, until another is installed.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { generate } from 'selfsigned';
import type { MachineOwnCertificate, OwnCertificateState } from '../core/machine.ts';
import { MachineError } from '../core/machine-error.ts';

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
  remove(): void;
}

/** A running server of this program. */
export interface Serving {
  /** Where it listens: `https://127.0.0.1:2087`. */
  readonly addresses: readonly string[];
  /** The file of the certificate that its options name. */
  readonly certificate?: string;
}

export interface OwnCertificateDependencies {
  readonly files: CertificateFiles;
  readonly now: () => number;
  readonly hostname: () => string;
  readonly servers: readonly Serving[];
  readonly pause: (milliseconds: number) => Promise<unknown>;
  /** Has the running servers load it. New connections then use it. */
  readonly reload: () => void;
}

/** A server loads the certificate within a moment. */
const PAUSE_MS = 50;
const MAX_TRIES = 100;

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

  async read(): Promise<OwnCertificateState | undefined> {
    const { files, servers } = this.#given;
    const option = servers.find(({ certificate }) => certificate !== undefined)?.certificate;
    const pem = option === undefined ? files.read() : readFileSync(option, 'utf8');
    return pem === undefined ? undefined : { pem, digest: digestOf(pem), option };
  }

  async fingerprint(): Promise<string | undefined> {
    const pem = this.#given.files.read();
    return pem !== undefined && isSelfMade(pem) ? fingerprintOf(pem) : undefined;
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

  create(hostname: string): Promise<string> {
    return selfSigned(hostname, this.#given.now());
  }

  async install(pem: string): Promise<void> {
    const { files, reload } = this.#given;
    if (files.read() === undefined) files.storeFirst(pem);
    if (files.read() !== pem) files.replace(pem);
    reload();
    await this.#confirm(fingerprintOf(pem));
  }

  async uninstall(former: string | null): Promise<void> {
    const { files, reload } = this.#given;
    const [present, before] = [files.read(), files.readFormer()];
    if (present === undefined || digestOf(present) === former) return;
    if (former === null) files.remove();
    else if (before !== undefined && digestOf(before) === former) files.restoreFormer();
    else return;
    reload();
  }

  /** Waits until all running servers that use the stored certificate serve it. */
  async #confirm(fingerprint: string | undefined): Promise<void> {
    const { servers, pause } = this.#given;
    const own = servers.filter(({ certificate }) => certificate === undefined);
    const addresses = own.flatMap((server) => server.addresses).filter((one) => one.startsWith('https:'));
    for (const address of addresses) {
      for (let tries = 1; (await servedFingerprint(address)) !== fingerprint; tries++) {
        if (tries === MAX_TRIES) {
          throw new MachineError('failed', `The server at ${address} did not load the certificate.`);
        }
        await pause(PAUSE_MS);
      }
    }
  }
}

function digestOf(pem: string): string {
  return createHash('sha256').update(pem).digest('hex');
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

// A self-signed certificate for this server.
const YEAR_MS = 365 * 86_400_000;
const YEARS = 10;
const OWN_NAMES = ', DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1';

/** For the hostname, and for calls from the server itself. @returns the key and the certificate (PEM). */
export async function selfSigned(hostname: string, now: number): Promise<string> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: hostname }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(now),
    notAfterDate: new Date(now + YEARS * YEAR_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: hostname },
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return `${key.trimEnd()}\n${cert.trimEnd()}\n`;
}

/** True if `selfSigned` created it: no other certificate has these names of the server itself. */
function isSelfMade(pem: string): boolean {
  try {
    const { issuer, subject, subjectAltName = '' } = new X509Certificate(pem);
    return issuer === subject && subjectAltName.endsWith(OWN_NAMES);
  } catch {
    return false;
  }
}

// Which certificate a server of this machine serves.
const LIMIT_MS = 5000;

/**
 * SHA-256 of the certificate: pairs of hexadecimal digits with colons between them. Undefined if nothing answers.
 * @param address `https://0.0.0.0:2087`.
 */
function servedFingerprint(address: string): Promise<string | undefined> {
  const { hostname, port } = new URL(address);
  const name = hostname.replace(/^\[|\]$/g, '');
  const host = name === '0.0.0.0' ? '127.0.0.1' : name === '::' ? '::1' : name;
  return new Promise((resolve) => {
    // It is the certificate itself that is compared.
    const socket = connect({ host, port: Number(port || 443), rejectUnauthorized: false });
    const end = (fingerprint?: string) => {
      socket.destroy();
      resolve(fingerprint);
    };
    socket.setTimeout(LIMIT_MS, () => end());
    socket.on('error', () => end());
    socket.on('secureConnect', () => end(socket.getPeerX509Certificate()?.fingerprint256));
  });
}
