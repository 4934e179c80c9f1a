// A separate server for a test, on a free port of 127.0.0.1, with an installation whose clock the test sets.
import { randomBytes } from 'node:crypto';
import { request, type IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Application } from '../../src/app/app.ts';
import { createServer, type ServerOptions } from '../../src/http/server.ts';
import type { LoginService } from '../../src/capabilities/logins/rules/callers.ts';
import { WebmailTokens } from '../../src/http/webmail/tokens.ts';
import { Installation } from './installation.ts';
import { silent } from './silent-log.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export const password = 'four unusual words, Xylophone';

export class TestServer {
  readonly here = new Installation({ livesLong: true });
  readonly #servers: FastifyInstance[] = [];
  #url = '';
  #accountUrl = '';
  #webmailUrl = '';
  #tokenUrl = '';
  #tokens: WebmailTokens | undefined;

  /** Root's password is `password`. */
  static async start(limits: NonNullable<ServerOptions['limits']> = {}): Promise<TestServer> {
    const one = new TestServer();
    await (await one.here.engine.machine.users()).setPassword('root', password);
    const { here } = one;
    // Sessions and tokens must differ.
    here.overrides.randomBytes = async (count) => randomBytes(count);
    const application = {
      ...here.application,
      // Read again each time, because a test can change the clock and replace parts.
      get engine() {
        return here.engine;
      },
    } as Application;
    const open = async (service: LoginService) => {
      const server = createServer(application, { service, log: silent, limits });
      one.#servers.push(server);
      return server.listen({ host: '127.0.0.1', port: 0 });
    };
    one.#url = await open('whostmgrd');
    one.#openAccountDoor = async () => (one.#accountUrl = await open('cpaneld'));
    one.#openWebmailDoor = async () => {
      one.#webmailUrl = await open('webmaild');
      one.#tokens = new WebmailTokens(application);
      one.#tokenUrl = `http://127.0.0.1:${await one.#tokens.start(0)}`;
    };
    return one;
  }

  #openAccountDoor: () => Promise<string> = () => Promise.resolve('');
  #openWebmailDoor: () => Promise<void> = () => Promise.resolve();

  /** A second server on the same installation: the interface of accounts. */
  static async startWithAccounts(): Promise<TestServer> {
    const one = await TestServer.start();
    await one.#openAccountDoor();
    return one;
  }

  /** A third one: webmail. */
  static async startWithWebmail(): Promise<TestServer> {
    const one = await TestServer.startWithAccounts();
    await one.#openWebmailDoor();
    return one;
  }

  get url(): string {
    return this.#url;
  }

  get accountUrl(): string {
    return this.#accountUrl;
  }

  async ask(path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(this.#url + path, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** A request to the interface of accounts. */
  async askAccounts(path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(this.#accountUrl + path, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** A request to webmail. */
  async askWebmail(path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(this.#webmailUrl + path, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  get webmailUrl(): string {
    return this.#webmailUrl;
  }

  get tokenUrl(): string {
    return this.#tokenUrl;
  }

  /** A request to the port at which Roundcube and Dovecot ask about tokens. */
  async askTokens(path: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(this.#tokenUrl + path, { redirect: 'manual', ...init });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** The same from another address of this machine. */
  askWebmailFrom(
    localAddress: string,
    path: string,
    {
      method = 'GET',
      body = '',
      cookie = '',
      headers: more = {},
    }: { method?: string; body?: string; cookie?: string; headers?: Record<string, string> },
  ): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }> {
    const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded', ...more };
    return new Promise((done, fail) => {
      const sent = request(this.#webmailUrl + path, { localAddress, method, headers }, (response) => {
        response.resume();
        response.on('end', () => done({ status: response.statusCode ?? 0, headers: response.headers }));
      });
      sent.on('error', fail);
      sent.end(body);
    });
  }

  /** A login with a password. */
  asRoot(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.ask(path, { headers: { authorization: basic('root', password), ...headers } });
  }

  /** POST /login, like a client that reads the header Location. */
  logIn(
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    return this.ask('/login', { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  async stop(): Promise<void> {
    await this.#tokens?.close();
    for (const server of this.#servers) await server.close();
    this.here.remove();
  }
}

export function basic(user: string, secret: string): string {
  return `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}`;
}

/** The cookie and the security token of a login. */
export function sessionOf({ headers }: Reply): { readonly cookie: string; readonly path: string } {
  // The first one ends another cookie, as cPanel does.
  const [cookie = ''] = (headers.getSetCookie()[1] ?? '').split(';');
  return { cookie, path: (headers.get('location') ?? '').replace(/\/$/, '') };
}
