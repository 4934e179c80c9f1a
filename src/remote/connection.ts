// TLS connections to one server: direct or through a proxy, and verified before anything is sent.
import { Agent as HttpsAgent } from 'node:https';
import { request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { getProxyForUrl } from 'proxy-from-env';
import { untrustedCertificate } from '../core/untrusted-certificate.ts';
import type { RemoteHost } from './hosts.ts';
import { pinOf, type Pins } from './pins.ts';

/** How the server is authenticated. */
export interface Trust {
  /** Issuers' certificates (PEM), instead of those that Node trusts. */
  readonly ca: string | undefined;
  /** If present, only the pins are checked. */
  readonly pins: Pins | undefined;
  /** What to do about a certificate that is not trusted. Default: the options of the command line. */
  readonly howToTrust?: string;
}

const HOW_TO_TRUST =
  'name the issuer with --cacert or the certificate with --pin, if the server is the right one';

/** There was no connection, so nothing was sent. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  /** True if another attempt might succeed. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** One connection to one server, kept open between calls. */
export class ServerAgent extends HttpsAgent {
  readonly #host: RemoteHost;
  readonly #trust: Trust;
  readonly #patienceMs: number;
  readonly #open = new Set<Socket>();

  constructor(host: RemoteHost, trust: Trust, patienceMs: number) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#host = host;
    this.#trust = trust;
    this.#patienceMs = patienceMs;
  }

  /** The key under which the agent pools connections. It is constant, because all of them lead to the same server. */
  override getName(): string {
    return this.#host.label;
  }

  override createConnection(
    _options: unknown,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const done = callback as ((error: Error | null, stream?: Duplex) => void) | undefined;
    this.#connect().then(
      (socket) => {
        this.#open.add(socket);
        socket.once('close', () => this.#open.delete(socket));
        done?.(null, socket);
      },
      (error: unknown) => done?.(error as Error),
    );
  }

  /** Resolves when the connections are closed. */
  async close(): Promise<void> {
    const gone = [...this.#open].map((socket) => new Promise((done) => socket.once('close', done)));
    this.destroy();
    for (const socket of this.#open) socket.destroy();
    await Promise.all(gone);
  }

  async #connect(): Promise<TLSSocket> {
    const limit = AbortSignal.timeout(this.#patienceMs);
    const proxy = getProxyForUrl(`https://${authorityOf(this.#host)}`);
    const tunnel = proxy === '' ? undefined : await this.#throughProxy(proxy, limit);
    return this.#secure(tunnel, limit);
  }

  #secure(tunnel: Socket | undefined, limit: AbortSignal): Promise<TLSSocket> {
    const { name, port, label } = this.#host;
    const { ca, pins, howToTrust = HOW_TO_TRUST } = this.#trust;
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: name,
        port,
        ...(tunnel === undefined ? {} : { socket: tunnel }),
        servername: isIP(name) === 0 ? name : '',
        minVersion: 'TLSv1.2',
        ALPNProtocols: ['http/1.1'],
        ...(ca === undefined ? {} : { ca }),
        // A pin identifies one certificate, whoever issued it. It is compared below, before the socket is used.
        rejectUnauthorized: pins === undefined,
      });
      const fail = (error: Error) => {
        socket.destroy();
        reject(error);
      };
      const giveUp = () => fail(this.#tooSlow());
      limit.addEventListener('abort', giveUp, { once: true });
      socket.once('error', (error: NodeJS.ErrnoException) => fail(explained(error, label, howToTrust)));
      socket.once('close', () => fail(new ConnectionError(`${label} closed the connection at once.`, true)));
      socket.once('secureConnect', () => {
        limit.removeEventListener('abort', giveUp);
        socket.removeAllListeners('error').removeAllListeners('close');
        const complaint = this.#judge(socket);
        if (complaint === undefined) resolve(socket);
        else fail(new ConnectionError(complaint, false));
      });
    });
  }

  #judge(socket: TLSSocket): string | undefined {
    const { pins } = this.#trust;
    if (pins === undefined) return undefined;
    try {
      return pins.judge(this.#host, pinOf(socket.getPeerCertificate().fingerprint256));
    } catch (error) {
      return (error as Error).message;
    }
  }

  #throughProxy(address: string, limit: AbortSignal): Promise<Socket> {
    const { label } = this.#host;
    const proxy = URL.canParse(address) ? new URL(address) : undefined;
    if (proxy?.protocol !== 'http:') {
      throw new ConnectionError(`The proxy for ${label} should be given as http://HOST:PORT.`, false);
    }
    const target = authorityOf(this.#host);
    const login = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    return new Promise((resolve, reject) => {
      const ask = request({
        host: proxy.hostname.replace(/^\[|\]$/g, ''),
        port: proxy.port === '' ? 80 : proxy.port,
        method: 'CONNECT',
        path: target,
        agent: false,
        headers: {
          host: target,
          ...(proxy.username === ''
            ? {}
            : { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }),
        },
      });
      const giveUp = () => {
        ask.destroy();
        reject(this.#tooSlow());
      };
      limit.addEventListener('abort', giveUp, { once: true });
      ask.once('connect', ({ statusCode }, socket) => {
        limit.removeEventListener('abort', giveUp);
        if (statusCode === 200) return resolve(socket);
        socket.destroy();
        reject(
          new ConnectionError(`The proxy ${proxy.host} refused the way to ${label}: ${statusCode}.`, false),
        );
      });
      ask.once('response', (response) => {
        response.destroy();
        reject(
          new ConnectionError(`The proxy ${proxy.host} is none: it answered ${response.statusCode}.`, false),
        );
      });
      ask.once('error', ({ message }) =>
        reject(new ConnectionError(`The proxy ${proxy.host} could not be reached: ${message}.`, true)),
      );
      ask.end();
    });
  }

  #tooSlow(): ConnectionError {
    const seconds = this.#patienceMs / 1000;
    return new ConnectionError(
      `${this.#host.label} did not accept a connection within ${seconds} seconds.`,
      true,
    );
  }
}

/** The server in the form of a URL's authority (RFC 3986). */
export function authorityOf({ name, port }: Pick<RemoteHost, 'name' | 'port'>): string {
  return `${isIP(name) === 6 ? `[${name}]` : name}:${port}`;
}

function explained(error: NodeJS.ErrnoException, label: string, howToTrust: string): ConnectionError {
  const { code = '', message } = error;
  const untrusted = untrustedCertificate(code, howToTrust);
  if (untrusted !== undefined) {
    return new ConnectionError(`${label} ${untrusted} Nothing was sent to it.`, false);
  }
  if (code === 'ENOTFOUND') return new ConnectionError(`No server has the name ${label}.`, false);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new ConnectionError(
      `${label} does not speak TLS as it should (${code}). WHM’s port of TLS is 2087.`,
      false,
    );
  }
  return new ConnectionError(`${label} could not be reached: ${message}.`, true);
}
