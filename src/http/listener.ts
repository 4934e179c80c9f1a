// Opens the ports of whmapi1d, and reloads their certificate.
import type { Server as TlsServer } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import type { Application } from '../app/app.ts';
import type { LoginService } from '../capabilities/logins/rules/callers.ts';
import type { Tls } from './connections.ts';
import type { KeptSockets, Place } from './kept-sockets.ts';
import type { Log } from './log.ts';
import type { DaemonOptions } from './options.ts';
import { createServer } from './server.ts';
import { SiteCertificates } from './site-certificates.ts';
import { tlsOptions } from './tls.ts';

/** What the line on standard output says after the address. */
const purposes: Readonly<Record<LoginService, string>> = {
  whostmgrd: '',
  cpaneld: ' for accounts',
  webmaild: ' for webmail',
};

/** Opens ports, and says so on standard output. */
export class Listener {
  /** The addresses of WHM, as URLs. */
  readonly addresses: string[] = [];
  readonly #options: DaemonOptions;
  readonly #application: Application;
  readonly #servers: FastifyInstance[];
  readonly #log: Log;
  readonly #sites: SiteCertificates;
  readonly #kept: KeptSockets;

  /** @param servers gets those that it opens. @param kept the sockets of an earlier process. */
  constructor(
    options: DaemonOptions,
    application: Application,
    { servers, log, kept }: { servers: FastifyInstance[]; log: Log; kept: KeptSockets },
  ) {
    this.#kept = kept;
    this.#options = options;
    this.#application = application;
    this.#servers = servers;
    this.#log = log;
    this.#sites = new SiteCertificates(application);
  }

  async listenSecurely(service: LoginService, port: number): Promise<void> {
    const { tlsCert, tlsKey } = this.#options;
    const given = tlsCert === undefined || tlsKey === undefined ? undefined : { cert: tlsCert, key: tlsKey };
    const { cert, key, fingerprint, isSelfSigned } = await loadCertificate(given, this.#application);
    const forName = (name: string) => this.#sites.find(name);
    const server = await this.#listen(service, port, { cert, key, forName });
    // Before anybody reads that it listens: without a handler, the signal would end the server.
    process.on('SIGHUP', () => {
      loadCertificate(given, this.#application).then(
        (fresh) => {
          const context = { ...tlsOptions, cert: fresh.cert, key: fresh.key };
          (server.server as unknown as TlsServer).setSecureContext(context);
          this.#log.info({ fingerprint: fresh.fingerprint }, 'certificate reloaded');
        },
        // The old certificate stays in use.
        (error: unknown) => this.#log.error(error, 'the certificate could not be reloaded'),
      );
    });
    if (isSelfSigned && service === 'whostmgrd')
      process.stdout.write(`self-signed certificate, SHA-256 fingerprint ${fingerprint}\n`);
  }

  async listenPlainly(service: LoginService, port: number): Promise<void> {
    await this.#listen(service, port, undefined);
  }

  async #listen(service: LoginService, port: number, tls: Tls | undefined): Promise<FastifyInstance> {
    const server = createServer(this.#application, {
      service,
      ...(tls === undefined ? {} : { tls }),
      log: this.#log,
    });
    // Installed before listening, because a signal may arrive at once.
    this.#servers.push(server);
    const { bind } = this.#options;
    const place = { door: doorOf(service, tls !== undefined), bind, port };
    const descriptor = this.#kept.take(place);
    // The types of fastify do not know “fd”, which Node reads before the others.
    const found: object = descriptor === undefined ? {} : { fd: descriptor };
    await server.listen({ host: bind, port, ...found });
    await this.#kept.keep(place, server.server);
    const url = `${tls === undefined ? 'http' : 'https'}://${addressOf(server)}`;
    if (service === 'whostmgrd') this.addresses.push(url);
    this.#log.info(`Server listening at ${url}`);
    process.stdout.write(`listening ${url}${purposes[service]}\n`);
    return server;
  }
}

const doorOf = (service: LoginService, isSecure: boolean) => (isSecure ? service : `${service}-http`);

/** Where a server with these options listens. */
export function placesOf(options: DaemonOptions): Place[] {
  const { bind } = options;
  return [
    ['whostmgrd', options.port, options.httpPort] as const,
    ['cpaneld', options.accountPort, options.accountHttpPort] as const,
    ['webmaild', options.webmailPort, options.webmailHttpPort] as const,
  ].flatMap(([service, secure, plain]) => [
    ...(secure === undefined ? [] : [{ door: doorOf(service, true), bind, port: secure }]),
    ...(plain === undefined ? [] : [{ door: doorOf(service, false), bind, port: plain }]),
  ]);
}

function addressOf({ server }: FastifyInstance): string {
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) return String(bound);
  return `${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

// The certificate of the server: the one that an option names; else the one that was installed
// (install_service_ssl_certificate); else a self-signed one that is created once and kept.
interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** SHA-256 of the certificate: pairs of hexadecimal digits with colons between them. */
  readonly fingerprint: string;
  /** True if clients need its fingerprint, because no authority has issued it. */
  readonly isSelfSigned: boolean;
}

/** @throws if the file cannot be read or contains no certificate. */
async function loadCertificate(
  given: { readonly cert: string; readonly key: string } | undefined,
  application: Application,
): Promise<Certificate> {
  if (given !== undefined) {
    const cert = readFileSync(given.cert, 'utf8');
    return {
      cert,
      key: readFileSync(given.key, 'utf8'),
      fingerprint: fingerprintOf(cert),
      isSelfSigned: false,
    };
  }
  const pem = await application.ownCertificate();
  return { cert: pem, key: pem, fingerprint: fingerprintOf(pem), isSelfSigned: isSelfSigned(pem) };
}

function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

function isSelfSigned(pem: string): boolean {
  const { issuer, subject } = new X509Certificate(pem);
  return issuer === subject;
}
