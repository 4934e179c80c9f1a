// Requests to servers that callers choose. They reach public addresses only.
import { lookup as lookupName, type LookupAddress } from 'node:dns';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as requestOverTls } from 'node:https';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';
import { MachineError } from '../../core/machine-error.ts';
import type { MachineOutbound, OutboundRequest, OutboundResponse } from '../../core/machine-outbound.ts';
import { TRUST_OUTBOUND, untrustedCertificate } from '../../core/untrusted-certificate.ts';
import { PublicAddresses } from './public-addresses.ts';

export interface OutboundOptions {
  /** Networks that are allowed although they are not public. */
  readonly networks?: readonly string[];
  /** A file with certificates (PEM) that are trusted in addition to the usual ones. */
  readonly certificates?: string | undefined;
  /** The URL of Pushbullet’s API. */
  readonly pushbullet?: string | undefined;
  /** Finds all addresses of a name. Default: as the system does it, with /etc/hosts. */
  readonly lookup?: (name: string) => Promise<readonly LookupAddress[]>;
}

const PUSHBULLET = 'https://api.pushbullet.com';

export class Outbound implements MachineOutbound {
  readonly pushbullet: string;
  readonly #reachable: PublicAddresses;
  readonly #certificates: string | undefined;
  readonly #lookup: (name: string) => Promise<readonly LookupAddress[]>;

  /** @throws MachineError `failed` for a malformed network. */
  constructor({ networks = [], certificates, pushbullet, lookup = addressesOf }: OutboundOptions = {}) {
    this.pushbullet = pushbullet ?? PUSHBULLET;
    this.#reachable = new PublicAddresses(networks);
    this.#certificates = certificates;
    this.#lookup = lookup;
  }

  async send(request: OutboundRequest): Promise<OutboundResponse> {
    const url = readUrl(request.url);
    const { host } = url;
    const signal = AbortSignal.timeout(request.limitMs);
    try {
      const addresses = await unlessAborted(signal, this.#addressesOf(url.hostname));
      const ca = await this.#trusted();
      return await exchange(url, request, { addresses, ca, signal });
    } catch (error) {
      if (error instanceof MachineError) throw error;
      throw new MachineError('failed', `https://${host} ${problemOf(error, request, signal)}`, {
        cause: error,
      });
    }
  }

  async addressesOf(host: string, limitMs: number): Promise<readonly string[]> {
    const signal = AbortSignal.timeout(limitMs);
    try {
      const found = await unlessAborted(signal, this.#addressesOf(host));
      return found.map(({ address }) => address);
    } catch (error) {
      if (error instanceof MachineError) throw error;
      const problem = problemOf(error, { limitMs }, signal);
      throw new MachineError('failed', `“${host}” ${problem}`, { cause: error });
    }
  }

  /** @throws MachineError `not_ours` if one of them is not public. */
  async #addressesOf(hostname: string): Promise<readonly LookupAddress[]> {
    const literal = hostname.replace(/^\[|\]$/g, '');
    const family = isIP(literal);
    const addresses = family === 0 ? await this.#lookup(hostname) : [{ address: literal, family }];
    const refused = addresses.find(({ address }) => !this.#reachable.includes(address));
    if (refused !== undefined) {
      const what = family === 0 ? `“${hostname}” has the address ${refused.address}, which` : refused.address;
      throw new MachineError(
        'not_ours',
        `${what} is not a public address, so nothing was sent. Root can allow its network with the environment variable ` +
          'WHMAPI1_OUTBOUND_NETWORKS.',
      );
    }
    return addresses;
  }

  async #trusted(): Promise<readonly string[] | undefined> {
    if (this.#certificates === undefined) return undefined;
    try {
      return [...rootCertificates, await readFile(this.#certificates, 'utf8')];
    } catch (cause) {
      throw new MachineError(
        'failed',
        `The certificates of WHMAPI1_OUTBOUND_CERTIFICATES could not be read: ${codeOf(cause)}.`,
        { cause },
      );
    }
  }
}

/** @throws MachineError `not_ours` */
function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') {
    throw new MachineError(
      'not_ours',
      'The URL must begin with https:// and a hostname, without a username or password.',
    );
  }
  return url;
}

interface Connection {
  readonly addresses: readonly LookupAddress[];
  readonly ca: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

function exchange(
  url: URL,
  { method, headers = {}, body = '', maxBytes }: OutboundRequest,
  { addresses, ca, signal }: Connection,
): Promise<OutboundResponse> {
  return new Promise((resolve, reject) => {
    const length = method === 'POST' && { 'content-length': Buffer.byteLength(body) };
    const request = requestOverTls(url, {
      method,
      // Compressed content could be much longer than it was sent.
      headers: { 'user-agent': 'whmapi1', 'accept-encoding': 'identity', ...headers, ...length },
      agent: false,
      signal,
      // The name is not looked up again: a second answer could be another address.
      lookup: (_name, { all }, answer) => {
        if (all === true) answer(null, [...addresses]);
        else answer(null, addresses[0]?.address ?? '', addresses[0]?.family);
      },
      ...(ca && { ca: [...ca] }),
    });
    request.once('error', reject);
    request.once('response', (response) => {
      readBody(response, maxBytes).then(resolve, reject);
    });
    request.end(body);
  });
}

function readBody(response: IncomingMessage, maxBytes: number): Promise<OutboundResponse> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let left = maxBytes;
    const end = (isCut: boolean) =>
      resolve({
        status: response.statusCode ?? 0,
        reason: response.statusMessage ?? '',
        protocol: `HTTP/${response.httpVersion}`,
        headers: Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
        ),
        content: Buffer.concat(pieces).toString('utf8'),
        isCut,
      });
    response.on('data', (piece: Buffer) => {
      pieces.push(piece.subarray(0, left));
      left -= piece.length;
      if (left >= 0) return;
      end(true);
      response.destroy();
    });
    response.once('end', () => end(false));
    response.once('error', reject);
  });
}

function addressesOf(name: string): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookupName(name, { all: true }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });
}

async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let give: (reason: unknown) => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => (give = reject));
  const abort = () => give(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function problemOf(
  error: unknown,
  { limitMs }: Pick<OutboundRequest, 'limitMs'>,
  { aborted }: AbortSignal,
): string {
  if (aborted) return `does not respond within ${limitMs / 1000} seconds.`;
  const code = codeOf(error);
  return causes[code] ?? untrustedCertificate(code, TRUST_OUTBOUND) ?? `could not be asked: ${code}.`;
}

/** The code of Node or OpenSSL. Their messages might contain parts of the request. */
function codeOf(error: unknown): string {
  return (error as { code?: string } | null)?.code ?? 'an unknown error';
}

const causes: Readonly<Record<string, string>> = {
  ENOTFOUND: 'has no address: the name does not exist.',
  EAI_AGAIN: 'has no address: the nameserver does not answer.',
  ECONNREFUSED: 'refuses connections.',
  ECONNRESET: 'closed the connection.',
};
