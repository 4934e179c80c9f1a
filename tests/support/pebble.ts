// Let’s Encrypt’s own test issuer, pebble, with a nameserver that answers 127.0.0.1, and a web server that serves the
// challenges of installations. All of them are processes and servers of the test itself, on free ports of 127.0.0.1.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { generate } from 'selfsigned';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

export interface PebbleOptions {
  /** How many good nonces of 100 it rejects. Default: 10, because acme-client gives up after five. */
  readonly rejectedNonces?: number;
  /** A nameserver to ask instead of the one that always answers 127.0.0.1: `127.0.0.1:5353`. */
  readonly dnsServer?: string;
  /** How long its certificates are valid, in seconds. Default: 90 days. */
  readonly validity?: number;
  /** Names that it does not accept. */
  readonly blocked?: readonly string[];
  readonly requiresExternalAccount?: boolean;
}

export class Pebble {
  readonly #directory = mkdtempSync(join(tmpdir(), 'whmapi1-pebble-'));
  readonly #children: ChildProcess[] = [];
  readonly #options: PebbleOptions;
  #web: Server | undefined;
  #validity: number | undefined;
  #ports = { acme: 0, management: 0, http: 0, dns: 0, dnsManagement: 0 };
  /** The directories with the files that the web server serves as challenges. */
  readonly challenges = new Set<string>();
  /** Hosts for which the web server answers 404, or does so for the issuer only. */
  readonly missing = new Set<string>();
  readonly missingForIssuer = new Set<string>();
  /** The requests of the issuer and of this program to the web server: `www.bob.example Go-http-client/1.1`. */
  readonly visits: string[] = [];

  constructor(options: PebbleOptions = {}) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const [acme, management, http, dns, dnsManagement] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    this.#ports = { acme, management, http, dns, dnsManagement };
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    writeFileSync(this.certificate, cert);
    writeFileSync(this.key, key);
    this.#writeConfiguration();
    await this.#startWeb(http);
    this.#spawn('pebble-challtestsrv', [
      ...['-defaultIPv4', '127.0.0.1', '-defaultIPv6', '', '-dns01', `127.0.0.1:${dns}`],
      ...['-http01', '', '-https01', '', '-tlsalpn01', '', '-doh', ''],
      ...['-management', `127.0.0.1:${dnsManagement}`],
    ]);
    await this.startIssuer();
    await until(() => this.#post('clear-a', { host: 'nobody.example' }));
  }

  /** Starts the issuer, which forgets everything whenever it ends. */
  async startIssuer(): Promise<void> {
    const { dnsServer = `127.0.0.1:${this.#ports.dns}` } = this.#options;
    this.#spawn('pebble', ['-config', join(this.#directory, 'pebble.json'), '-dnsserver', dnsServer]);
    await until(() => this.#isUp());
  }

  /** Starts it again, as a new issuer, whose certificates are valid for so many seconds. */
  async restart(validity: number): Promise<void> {
    const issuer = this.issuer;
    await new Promise((done) => issuer?.once('close', done).kill('SIGKILL'));
    this.#validity = validity;
    this.#writeConfiguration();
    await this.startIssuer();
  }

  /** The variables with which an installation uses it. */
  get environment(): Readonly<Record<string, string>> {
    return {
      WHMAPI1_ACME_DIRECTORY: this.directory,
      WHMAPI1_ACME_HTTP_PORT: String(this.#ports.http),
      WHMAPI1_OUTBOUND_CERTIFICATES: this.certificate,
      WHMAPI1_OUTBOUND_NETWORKS: '127.0.0.0/8',
      WHMAPI1_RESOLVERS: this.#options.dnsServer ?? `127.0.0.1:${this.#ports.dns}`,
    };
  }

  get directory(): string {
    return `https://localhost:${this.#ports.acme}/dir`;
  }

  /** The certificate of its own server. */
  get certificate(): string {
    return join(this.#directory, 'certificate.pem');
  }

  /** The key of its own server. */
  get key(): string {
    return join(this.#directory, 'key.pem');
  }

  /** The certificate (PEM) with which it signs. */
  root(): Promise<string> {
    return this.#get(`https://localhost:${this.#ports.management}/roots/0`);
  }

  /** The nameserver fails for this name from now on. */
  async breakName(host: string): Promise<void> {
    await this.#post('set-servfail', { host });
  }

  async mendName(host: string): Promise<void> {
    await this.#post('clear-servfail', { host });
  }

  /** The IPv4 address of one name; for other names it is 127.0.0.1. */
  async setAddress(host: string, address: string): Promise<void> {
    await this.#post('clear-a', { host });
    await this.#post('add-a', { host, addresses: [address] });
  }

  /** The IPv4 address of names that have none of their own. */
  async setDefaultAddress(ip: string): Promise<void> {
    await this.#post('set-default-ipv4', { ip });
  }

  /** Where its nameserver is told what to answer. */
  get dnsManagement(): string {
    return `http://127.0.0.1:${this.#ports.dnsManagement}`;
  }

  /** The CAA records of a name; none to remove them. */
  async setCaa(
    host: string,
    policies: readonly { readonly tag: string; readonly value: string }[],
  ): Promise<void> {
    await this.#post(policies.length === 0 ? 'clear-caa' : 'add-caa', { host, policies });
  }

  /** The process of the issuer. */
  get issuer(): ChildProcess | undefined {
    return this.#children.findLast(({ spawnfile }) => spawnfile === 'pebble');
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.map(
        (child) =>
          new Promise((done) => {
            if (child.exitCode !== null || child.signalCode !== null) done(0);
            else child.once('close', done).kill('SIGKILL');
          }),
      ),
    );
    this.#web?.closeAllConnections();
    this.#web?.close();
    rmSync(this.#directory, { recursive: true });
  }

  #writeConfiguration(): void {
    const {
      validity = this.#validity ?? 7_776_000,
      blocked = [],
      requiresExternalAccount = false,
    } = this.#options;
    const pebble = {
      listenAddress: `127.0.0.1:${this.#ports.acme}`,
      managementListenAddress: `127.0.0.1:${this.#ports.management}`,
      certificate: this.certificate,
      privateKey: this.key,
      httpPort: this.#ports.http,
      tlsPort: 1,
      ocspResponderURL: '',
      externalAccountBindingRequired: requiresExternalAccount,
      ...(requiresExternalAccount && { externalAccountMACKeys: { 'kid-1': EXTERNAL_KEY } }),
      domainBlocklist: blocked,
      retryAfter: { authz: 1, order: 1 },
      certificateValidityPeriod: validity,
    };
    writeFileSync(join(this.#directory, 'pebble.json'), JSON.stringify({ pebble }));
  }

  async #startWeb(port: number): Promise<void> {
    this.#web = createServer((asked, response) => {
      const host = asked.headers.host?.split(':')[0] ?? '';
      const agent = asked.headers['user-agent'] ?? '';
      this.visits.push(`${host} ${agent}`);
      const isMissing =
        this.missing.has(host) || (this.missingForIssuer.has(host) && !agent.startsWith('whmapi1'));
      const content = isMissing ? undefined : this.#read(asked.url ?? '');
      response.writeHead(content === undefined ? 404 : 200).end(content);
    });
    await new Promise<void>((ready) => this.#web?.listen(port, '127.0.0.1', ready));
  }

  #read(url: string): Buffer | undefined {
    if (!url.startsWith('/.well-known/acme-challenge/')) return undefined;
    for (const directory of this.challenges) {
      try {
        return readFileSync(join(directory, basename(url)));
      } catch {
        // It belongs to another installation, or to none.
      }
    }
    return undefined;
  }

  #spawn(program: string, words: readonly string[]): ChildProcess {
    const { rejectedNonces = 10 } = this.#options;
    const child = spawn(program, words, {
      env: {
        PATH: process.env.PATH,
        PEBBLE_VA_NOSLEEP: '1',
        PEBBLE_AUTHZREUSE: '0',
        PEBBLE_WFE_NONCEREJECT: String(rejectedNonces),
      },
      stdio: 'ignore',
    });
    this.#children.push(child);
    return child;
  }

  async #isUp(): Promise<boolean> {
    return (await this.#get(this.directory).catch(() => '')) !== '';
  }

  #get(url: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request(url, { ca: readFileSync(this.certificate), agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.once('end', () => resolve(text));
      });
      sent.once('error', reject).end();
    });
  }

  async #post(path: string, body: unknown): Promise<boolean> {
    const url = `http://127.0.0.1:${this.#ports.dnsManagement}/${path}`;
    return fetch(url, { method: 'POST', body: JSON.stringify(body) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

/** Base64url, for the key ID `kid-1`. */
const EXTERNAL_KEY = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W';
