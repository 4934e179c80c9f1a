// The orders of an account, from the list of names to the certificate.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as acme from 'acme-client';
import type {
  AcmeAccount,
  AcmeAuthorization,
  AcmeChallenge,
  AcmeClient,
  AcmeOrder,
  IssuedCertificate,
  OrderOptions,
} from '../../core/machine-acme.ts';
import { AcmeError } from '../../core/machine-acme.ts';
import { asObject, isHttps, nonsense, sane } from './answers.ts';
import { detailOf, headersOf, NOT_FOUND } from './transport.ts';

/** RFC 8555, section 8.3: characters of Base64url. It becomes the name of a file. */
const TOKEN = /^[\w-]{16,256}$/;
const MAX_NAMES = 1000;
/** Boulder says “malformed” with status 404. Others may say that the order belongs to somebody else. */
const UNKNOWN_ORDER = [NOT_FOUND, 'malformed', 'unauthorized', 'orderDoesNotExist'];
/** How much of the list of orders is read, to find one that was just placed. */
const MAX_PAGES = 10;
const MAX_LISTED = 50;
const TYPES: readonly string[] = ['http-01', 'dns-01'];

export class OrderClient implements AcmeClient {
  readonly #client: acme.Client;

  constructor({ directory, key, url }: AcmeAccount) {
    this.#client = new acme.Client({ directoryUrl: directory, accountKey: key, accountUrl: url });
  }

  createOrder(names: readonly string[], { replaces, profile }: OrderOptions = {}): Promise<AcmeOrder> {
    return sane('an order', async () => {
      const identifiers = names.map((value) => ({ type: 'dns', value }));
      // acme-client sends the fields of newer documents unchanged.
      const order = {
        ...{ identifiers },
        ...(replaces !== undefined && { replaces }),
        ...(profile !== undefined && { profile }),
      };
      return readOrder(await this.#client.createOrder(order));
    });
  }

  findPlaced(names: readonly string[], known: ReadonlySet<string>): Promise<AcmeOrder | undefined> {
    return sane('a list of orders', async () => {
      const wanted = JSON.stringify([...names].sort());
      const listed = (await this.#listed()).filter((url) => !known.has(url));
      // Issuers add new orders at the end.
      for (const url of listed.reverse().slice(0, MAX_LISTED)) {
        const found = await this.findOrder(url);
        const isOpen = found?.status === 'pending' || found?.status === 'ready';
        if (isOpen && JSON.stringify(found.names) === wanted) return found;
      }
      return undefined;
    });
  }

  /** The URLs of the account’s orders. Empty if the issuer does not list them. */
  async #listed(): Promise<string[]> {
    const { orders: first } = (await this.#client.updateAccount({})) as { readonly orders?: unknown };
    const found: string[] = [];
    let page = isHttps(first) ? first : undefined;
    for (let count = 0; page !== undefined && count < MAX_PAGES; count++) {
      const body = await this.#raw(page);
      const { orders } = asObject(body, 'a list of orders');
      if (!Array.isArray(orders) || !orders.every(isHttps)) throw nonsense('a list of orders');
      found.push(...orders);
      const { next } = headersOf(body);
      page = isHttps(next) ? next : undefined;
    }
    return found;
  }

  async findOrder(url: string): Promise<AcmeOrder | undefined> {
    try {
      return await sane('an order', async () => readOrder(await this.#raw(url)));
    } catch (error) {
      if (error instanceof AcmeError && UNKNOWN_ORDER.includes(error.type)) return undefined;
      throw error;
    }
  }

  authorizations(orderUrl: string): Promise<AcmeAuthorization[]> {
    return sane('an authorization', async () => {
      const { authorizations } = await this.#raw(orderUrl);
      const isSane =
        Array.isArray(authorizations) && authorizations.length <= MAX_NAMES && authorizations.every(isHttps);
      if (!isSane) throw nonsense('an order');
      const found: AcmeAuthorization[] = [];
      // One after the other: issuers limit how many requests run at once.
      for (const url of authorizations) found.push(await this.#authorization(url));
      return found;
    });
  }

  answer(authorizationUrl: string, type: AcmeChallenge['type']): Promise<void> {
    return sane('a challenge', async () => {
      const { challenges } = await this.#rawAuthorization(authorizationUrl);
      const challenge = challenges.find((one) => one.type === type);
      if (challenge === undefined || !isHttps(challenge.url)) throw nonsense('a challenge');
      // A second answer to the same challenge is an error.
      if (challenge.status === 'pending') await this.#client.completeChallenge(challenge);
    });
  }

  finalize(orderUrl: string, names: readonly string[], key: string): Promise<void> {
    return sane('an order', async () => {
      const order = await this.#raw(orderUrl);
      const [, csr] = await acme.crypto.createCsr({ altNames: [...names] }, key);
      await this.#client.finalizeOrder(order, csr);
    });
  }

  certificate(
    orderUrl: string,
    names: readonly string[],
    key: string,
    now: number,
  ): Promise<IssuedCertificate> {
    return sane('a certificate', async () => {
      const pem: unknown = await this.#client.getCertificate(await this.#raw(orderUrl));
      if (typeof pem !== 'string') throw nonsense('a certificate');
      const [first, ...rest] = acme.crypto.splitPemChain(pem);
      if (first === undefined) throw nonsense('a certificate');
      assertOurs(new X509Certificate(first), { names, key, now });
      const chain = rest.map((one) => new X509Certificate(one).toString()).join('');
      return { certificate: new X509Certificate(first).toString(), chain };
    });
  }

  async #raw(url: string): Promise<acme.Order> {
    return this.#client.getOrder({ url } as acme.Order);
  }

  async #rawAuthorization(url: string): Promise<acme.Authorization> {
    const order = { authorizations: [url] } as unknown as acme.Order;
    const [found] = await this.#client.getAuthorizations(order);
    if (found === undefined || !Array.isArray(asObject(found, 'an authorization').challenges)) {
      throw nonsense('an authorization');
    }
    return found;
  }

  async #authorization(url: string): Promise<AcmeAuthorization> {
    const authorization = await this.#rawAuthorization(url);
    const { identifier, status, challenges, wildcard } = authorization;
    const value: unknown = asObject(identifier, 'an authorization').value;
    if (typeof value !== 'string') throw nonsense('an authorization');
    const usable = challenges.filter(({ type }) => TYPES.includes(type));
    const failed = challenges.find(({ error }) => error !== undefined);
    return {
      url,
      name: `${wildcard === true ? '*.' : ''}${value.toLowerCase()}`,
      status,
      challenges: await Promise.all(usable.map((one) => this.#challenge(one))),
      problem: detailOf(failed?.error),
      retryAfterMs: headersOf(authorization).retryAfterMs,
    };
  }

  async #challenge(challenge: acme.Authorization['challenges'][number]): Promise<AcmeChallenge> {
    const { type, token } = challenge;
    if (!TOKEN.test(token)) throw nonsense('a challenge: its token must be letters, digits, “-” and “_”');
    return {
      type,
      token,
      answer: await this.#client.getChallengeKeyAuthorization(challenge),
    };
  }
}

const STATES: readonly string[] = ['pending', 'ready', 'processing', 'valid', 'invalid'];

function readOrder(order: acme.Order): AcmeOrder {
  const { status, identifiers, url, error } = asObject(order, 'an order');
  if (!isHttps(url) || typeof status !== 'string' || !STATES.includes(status)) throw nonsense('an order');
  if (!Array.isArray(identifiers)) throw nonsense('an order');
  const names = identifiers.map((one) => {
    const { value } = asObject(one, 'an order');
    if (typeof value !== 'string') throw nonsense('an order');
    return value.toLowerCase();
  });
  return {
    ...{ url, status: status as AcmeOrder['status'], names: names.sort(), problem: detailOf(error) },
    retryAfterMs: headersOf(order).retryAfterMs,
  };
}

/** @throws AcmeError */
function assertOurs(
  certificate: X509Certificate,
  { names, key, now }: { readonly names: readonly string[]; readonly key: string; readonly now: number },
): void {
  if (!certificate.checkPrivateKey(createPrivateKey(key))) {
    throw new AcmeError('The issuer sent a certificate for another key. It is not used.', '');
  }
  const found = (certificate.subjectAltName ?? '')
    .split(', ')
    .map((entry) => entry.replace(/^DNS:/, '').toLowerCase());
  const wanted = [...names].sort();
  if (JSON.stringify(found.sort()) !== JSON.stringify(wanted)) {
    throw new AcmeError(
      `The issuer sent a certificate for ${found.join(', ')} instead of ${wanted.join(', ')}. It is not used.`,
      '',
    );
  }
  if (Date.parse(certificate.validTo) <= now) {
    throw new AcmeError('The issuer sent a certificate that has already expired. It is not used.', '');
  }
}
