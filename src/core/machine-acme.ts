// Certificates by ACME (RFC 8555), and whether the issuer can reach a name to validate it.
import { MachineError } from './machine-error.ts';

/**
 * What an issuer answered instead of what was asked for. `type` is the last part of the URN of RFC 8555, section 6.7,
 * such as `rateLimited`; empty if the issuer could not be asked at all.
 */
export class AcmeError extends MachineError {
  readonly type: string;
  /** How long the issuer wants to be left alone, in milliseconds. Undefined if it does not say. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, type: string, retryAfterMs?: number, options?: ErrorOptions) {
    super('failed', message, options);
    this.type = type;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface AcmeDirectory {
  /** The URL of the issuer’s terms of service. Null if it has none. */
  readonly termsOfService: string | null;
  /** True if an account there requires external account binding (RFC 8555, section 7.3.4). */
  readonly requiresExternalAccount: boolean;
  /** The names by which CAA records mean this issuer, in lower case. Empty if it does not say. */
  readonly caaIdentities: readonly string[];
  /** The profiles of certificates that it offers, each with a description. Empty if it has none. */
  readonly profiles: Readonly<Record<string, string>>;
  /** The URL below which it says when a certificate is to be renewed (RFC 9773). Null if it does not. */
  readonly renewalInfo: string | null;
}

/** When the issuer wants a certificate to be renewed (RFC 9773, section 4.2). Milliseconds since 1970-01-01. */
export interface RenewalInfo {
  readonly start: number;
  readonly end: number;
  /** How long not to ask again, in milliseconds. Undefined if the issuer does not say. */
  readonly retryAfterMs: number | undefined;
}

export interface OrderOptions {
  /** The ID (RFC 9773, section 4.1) of the certificate that the new one replaces. */
  readonly replaces?: string | undefined;
  /** One of the issuer’s profiles. Default: the issuer chooses. */
  readonly profile?: string | undefined;
}

/** Credentials from the issuer’s own site, for the first registration. `hmacKey` is Base64url. */
export interface ExternalAccount {
  readonly keyId: string;
  readonly hmacKey: string;
}

/** An account at an issuer. */
export interface AcmeAccount {
  /** The URL of the issuer’s directory. */
  readonly directory: string;
  /** The private key of the account (PEM, PKCS #8). */
  readonly key: string;
  /** The URL of the account there. */
  readonly url: string;
}

export interface AcmeOrder {
  readonly url: string;
  readonly status: 'pending' | 'ready' | 'processing' | 'valid' | 'invalid';
  /** Lower-case, sorted. */
  readonly names: readonly string[];
  /** Why it is invalid, as a sentence of the issuer. Empty if it does not say. */
  readonly problem: string;
  /** How long to wait before asking for its state again, in milliseconds. Undefined if the issuer does not say. */
  readonly retryAfterMs: number | undefined;
}

export interface AcmeChallenge {
  readonly type: 'http-01' | 'dns-01';
  /** The name of the file below `/.well-known/acme-challenge/`: letters, digits, `_` and `-`. */
  readonly token: string;
  /** The content of that file or, for dns-01, of the TXT record. */
  readonly answer: string;
}

/** The issuer’s proof that we control one name of an order. */
export interface AcmeAuthorization {
  readonly url: string;
  /** With `*.` if it is for a wildcard. */
  readonly name: string;
  readonly status: 'pending' | 'valid' | 'invalid' | 'deactivated' | 'expired' | 'revoked';
  /** Those of the types that this program can answer. */
  readonly challenges: readonly AcmeChallenge[];
  /** Why it is invalid, as a sentence of the issuer. Empty if it does not say. */
  readonly problem: string;
  /** As in AcmeOrder. */
  readonly retryAfterMs: number | undefined;
}

/** A certificate with the chain of its issuer, both PEM. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly chain: string;
}

/** The orders of one account. @throws AcmeError if the issuer cannot be asked, refuses, or answers nonsense. */
export interface AcmeClient {
  createOrder(names: readonly string[], options?: OrderOptions): Promise<AcmeOrder>;
  /**
   * Finds an open order of the account for exactly these names, of which nobody has stored the URL.
   * @param known the URLs of other orders, which are left out.
   * @returns undefined if there is none, or if the issuer does not list orders (RFC 8555, section 7.1.2.1).
   */
  findPlaced(names: readonly string[], known: ReadonlySet<string>): Promise<AcmeOrder | undefined>;
  /** Undefined if the issuer no longer knows it. */
  findOrder(url: string): Promise<AcmeOrder | undefined>;
  authorizations(orderUrl: string): Promise<AcmeAuthorization[]>;
  /** Tells the issuer that the answer of the challenge can be read. */
  answer(authorizationUrl: string, type: AcmeChallenge['type']): Promise<void>;
  /** Requests the certificate for the public half of `key` (PEM). */
  finalize(orderUrl: string, names: readonly string[], key: string): Promise<void>;
  /**
   * The certificate of a valid order.
   * @throws AcmeError also if it is not for `key`, does not have exactly these names, or is not valid at `now`.
   */
  certificate(
    orderUrl: string,
    names: readonly string[],
    key: string,
    now: number,
  ): Promise<IssuedCertificate>;
}

/** A look at a name as the issuer will look at it. */
export interface ReachRequest {
  readonly name: string;
  readonly token: string;
  /** The content of the file `token`. */
  readonly answer: string;
  /** This server’s addresses, each with the local address that reaches it: another one behind NAT. */
  readonly own: ReadonlyMap<string, string>;
}

export interface MachineAcme {
  /** The URL of the directory that is used unless another one is set. */
  readonly defaultDirectory: string;
  /** @throws AcmeError */
  directory(url: string): Promise<AcmeDirectory>;
  /**
   * @param base `renewalInfo` of the directory. @param id the certificate’s ID.
   * @returns undefined if the issuer does not know the certificate.
   * @throws AcmeError
   */
  renewalInfo(base: string, id: string): Promise<RenewalInfo | undefined>;
  /** Creates a private key: ECDSA on P-256, PEM. */
  createKey(): Promise<string>;
  /**
   * Registers a key, accepting the issuer’s terms. A key that is registered already gives the same account again.
   * @returns the URL of the account.
   * @throws AcmeError
   */
  register(request: {
    readonly directory: string;
    readonly key: string;
    readonly contact: readonly string[];
    readonly externalAccount?: ExternalAccount | undefined;
  }): Promise<string>;
  client(account: AcmeAccount): Promise<AcmeClient>;
  /**
   * Fetches a challenge’s file over HTTP by the addresses in DNS, as RFC 8555, section 8.3, has it.
   * @returns why the issuer will not be able to, as a sentence; undefined if it will.
   */
  findObstacle(request: ReachRequest): Promise<string | undefined>;
}
