// Authorities for tests, which issue certificates that are good, or bad in one way.
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type Extension,
} from '@peculiar/x509';

export interface Issued {
  /** PEM. */
  readonly crt: string;
  /** PEM of PKCS #8. */
  readonly key: string;
}

export interface Wanted {
  readonly domains?: readonly string[];
  /** Default: the first domain. */
  readonly commonName?: string;
  /** Default: from 2026-01-01 to 2027-01-01. */
  readonly from?: string;
  readonly until?: string;
  readonly isAuthority?: boolean;
  /** Default: an ECDSA key on P-256. */
  readonly rsaBits?: number;
  readonly isEd25519?: boolean;
  readonly hash?: 'SHA-1' | 'SHA-256';
  /** An object identifier. */
  readonly policy?: string;
}

interface Signer {
  readonly subject: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

/** A certificate authority: a root, or one that another has signed. */
export class Authority {
  readonly #signer: Signer;
  readonly crt: string;
  readonly key: string;

  private constructor(signer: Signer, { crt, key }: Issued) {
    this.#signer = signer;
    this.crt = crt;
    this.key = key;
  }

  static root(name: string, wanted: Wanted = {}): Promise<Authority> {
    return Authority.#make(name, wanted);
  }

  /** Another authority below this one. */
  intermediate(name: string, wanted: Wanted = {}): Promise<Authority> {
    return Authority.#make(name, wanted, this.#signer);
  }

  static async #make(name: string, wanted: Wanted, above?: Signer): Promise<Authority> {
    const keys = await keysFor(wanted);
    const issued = await issue({ isAuthority: true, ...wanted, commonName: name }, keys, above);
    return new Authority({ subject: `CN=${name}`, keys }, issued);
  }

  async issue(wanted: Wanted): Promise<Issued> {
    return issue(wanted, await keysFor(wanted), this.#signer);
  }
}

/** A certificate that its own key has signed. */
export async function selfSigned(wanted: Wanted): Promise<Issued> {
  return issue(wanted, await keysFor(wanted));
}

async function keysFor({ rsaBits, isEd25519 = false }: Wanted): Promise<webcrypto.CryptoKeyPair> {
  if (isEd25519) return webcrypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']) as never;
  const algorithm =
    rsaBits === undefined
      ? { name: 'ECDSA', namedCurve: 'P-256' }
      : {
          ...{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: rsaBits },
          publicExponent: Uint8Array.of(1, 0, 1),
        };
  return webcrypto.subtle.generateKey(algorithm as never, true, ['sign', 'verify']);
}

async function issue(wanted: Wanted, keys: webcrypto.CryptoKeyPair, above?: Signer): Promise<Issued> {
  const { domains = [], commonName = domains[0] ?? '', from = '2026-01-01', until = '2027-01-01' } = wanted;
  const extensions: Extension[] = [];
  if (wanted.isAuthority === true) extensions.push(new BasicConstraintsExtension(true, undefined, true));
  if (domains.length > 0) {
    const names = domains.map((value) => ({ type: 'dns' as const, value }));
    extensions.push(new SubjectAlternativeNameExtension(names));
  }
  if (wanted.policy !== undefined) extensions.push(new CertificatePolicyExtension([wanted.policy]));
  const signer = above?.keys ?? keys;
  const certificate = await X509CertificateGenerator.create(
    {
      subject: commonName.length > 64 ? '' : `CN=${commonName}`,
      issuer: above?.subject ?? `CN=${commonName}`,
      publicKey: keys.publicKey as never,
      signingKey: signer.privateKey as never,
      signingAlgorithm: { name: signer.privateKey.algorithm.name, hash: wanted.hash ?? 'SHA-256' } as never,
      notBefore: new Date(from),
      notAfter: new Date(until),
      extensions,
    },
    webcrypto,
  );
  const der = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  const body = Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return {
    crt: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`,
  };
}
