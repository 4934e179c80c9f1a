// ACME with acme-client. What the issuer sends is checked before it is used: it might be broken, or lie.
import * as acme from 'acme-client';
import type {
  AcmeAccount,
  AcmeClient,
  AcmeDirectory,
  ExternalAccount,
  MachineAcme,
  ReachRequest,
  RenewalInfo,
} from '../../core/machine-acme.ts';
import type { MachineResolver } from '../../core/machine-resolver.ts';
import { AcmeError } from '../../core/machine-acme.ts';
import { asObject, isHttps, isUrl, nonsense, readProfiles, readRenewalInfo, sane } from './answers.ts';
import { OrderClient } from './orders.ts';
import { findObstacle } from './reach.ts';
import { headersOf, NOT_FOUND, prepareTransport } from './transport.ts';

/** Calls wait for it. */
const DIRECTORY_LIMIT_MS = 10_000;
/** RFC 9773 does not say the status. Boulder and pebble answer “malformed” with status 404. */
const UNKNOWN_CERTIFICATE = [NOT_FOUND, 'malformed'];
const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory';

export interface AcmeOptions {
  readonly directory?: string | undefined;
  /** A file with certificates that are trusted in addition to the usual ones. */
  readonly certificates?: string | undefined;
  /** The port of HTTP on which names are looked at. Default: 80, as issuers do. For tests. */
  readonly httpPort?: number | undefined;
  /** Networks that a name may point at although they are not public. */
  readonly networks?: readonly string[];
  readonly resolver: () => Promise<MachineResolver>;
  /** Milliseconds since 1970-01-01. */
  readonly now: () => number;
}

export class Acme implements MachineAcme {
  readonly defaultDirectory: string;
  readonly #options: AcmeOptions;

  constructor(options: AcmeOptions) {
    this.defaultDirectory = options.directory ?? LETS_ENCRYPT;
    this.#options = options;
  }

  async directory(url: string): Promise<AcmeDirectory> {
    await prepareTransport(this.#options);
    const { data } = await acme.axios.get<unknown>(url, { signal: AbortSignal.timeout(DIRECTORY_LIMIT_MS) });
    const { newOrder, newAccount, newNonce, renewalInfo, meta } = asObject(data, 'a directory');
    if (![newOrder, newAccount, newNonce].every(isHttps)) throw nonsense('a directory of ACME');
    const { termsOfService, externalAccountRequired, caaIdentities, profiles } = asObject(
      meta ?? {},
      'a directory',
    );
    return {
      termsOfService: isUrl(termsOfService) ? termsOfService : null,
      requiresExternalAccount: externalAccountRequired === true,
      caaIdentities: (Array.isArray(caaIdentities) ? caaIdentities : [])
        .filter((name): name is string => typeof name === 'string')
        .map((name) => name.toLowerCase()),
      profiles: readProfiles(profiles),
      renewalInfo: isHttps(renewalInfo) ? renewalInfo : null,
    };
  }

  async renewalInfo(base: string, id: string): Promise<RenewalInfo | undefined> {
    await prepareTransport(this.#options);
    try {
      const { data } = await acme.axios.get<unknown>(`${base.replace(/\/$/, '')}/${id}`);
      const body = asObject(data, 'renewal information');
      return { ...readRenewalInfo(body), retryAfterMs: headersOf(body).retryAfterMs };
    } catch (error) {
      if (error instanceof AcmeError && UNKNOWN_CERTIFICATE.includes(error.type)) return undefined;
      throw error;
    }
  }

  async createKey(): Promise<string> {
    return (await acme.crypto.createPrivateEcdsaKey()).toString();
  }

  async register({
    directory,
    key,
    contact,
    externalAccount,
  }: {
    readonly directory: string;
    readonly key: string;
    readonly contact: readonly string[];
    readonly externalAccount?: ExternalAccount | undefined;
  }): Promise<string> {
    await prepareTransport(this.#options);
    const client = new acme.Client({
      directoryUrl: directory,
      accountKey: key,
      ...(externalAccount && {
        externalAccountBinding: { kid: externalAccount.keyId, hmacKey: externalAccount.hmacKey },
      }),
    });
    return sane('an account', async () => {
      await client.createAccount({
        termsOfServiceAgreed: true,
        contact: contact.map((address) => `mailto:${address}`),
      });
      const url = client.getAccountUrl();
      if (!isHttps(url)) throw nonsense('an account');
      return url;
    });
  }

  async client(account: AcmeAccount): Promise<AcmeClient> {
    await prepareTransport(this.#options);
    return new OrderClient(account);
  }

  async findObstacle(request: ReachRequest): Promise<string | undefined> {
    const { resolver, httpPort: port = 80, networks = [] } = this.#options;
    return findObstacle(request, { resolver: await resolver(), port, networks });
  }
}
