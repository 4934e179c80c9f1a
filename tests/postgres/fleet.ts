// Servers of a fleet as processes: the built program, a state directory each, one database, one key.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import type { Metadata } from '../../src/core/envelope.ts';
import { call, type Answered } from '../support/command.ts';

const top = resolve(__dirname, '../..');
export const password = 'four unusual words, Xylophone';

export interface Reply {
  readonly status: number | undefined;
  readonly cookie: string;
  readonly body: Record<string, unknown>;
}

export interface Answer {
  readonly metadata: Metadata;
  readonly data: Record<string, unknown>;
}

export class Member {
  readonly name: string;
  readonly state: string;
  readonly #store: string;
  #process: ChildProcess | undefined;
  #url = '';
  #pin = '';

  constructor(folder: string, name: string, store: string, key: Uint8Array) {
    if (!existsSync(join(top, 'dist/whmapi1d.cjs')))
      throw new Error('There is no dist/: run `npm run build` first.');
    this.name = name;
    this.state = join(folder, name);
    this.#store = store;
    mkdirSync(this.state, { mode: 0o700 });
    writeFileSync(join(this.state, 'secret.key'), key, { mode: 0o600 });
  }

  get environment(): Readonly<Record<string, string>> {
    return { WHMAPI1_STORE_URL: this.#store, WHMAPI1_SERVER_NAME: this.name };
  }

  /** `127.0.0.1:PORT` */
  get host(): string {
    return new URL(this.#url).host;
  }

  get pin(): string {
    return this.#pin;
  }

  /** Resolves once it reports where it listens. */
  async start(): Promise<void> {
    const child = spawn(join(top, 'bin/whmapi1d'), ['--port', '0', '--log-level', 'error'], {
      env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: this.state, ...this.environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    await new Promise<void>((ready, fail) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [, url] = /^listening (https:\S+)$/.exec(line) ?? [];
        const [, fingerprint] = /SHA-256 fingerprint ([0-9A-F:]{95})$/.exec(line) ?? [];
        if (url !== undefined) this.#url = url;
        if (fingerprint !== undefined) this.#pin = `sha256:${fingerprint.replaceAll(':', '').toLowerCase()}`;
        if (this.#url !== '' && this.#pin !== '') ready();
      });
      child.once('exit', () => fail(new Error(`${this.name} ended.`)));
    });
  }

  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** Makes a call on its command line. */
  cli(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Answered> {
    return call(words, { state: this.state, env: { ...this.environment, ...env } });
  }

  async setPassword(): Promise<void> {
    const path = join(this.state, 'password');
    writeFileSync(path, password);
    const { metadata } = await this.cli(['passwd', 'user=root', '--file', `password=${path}`]);
    if (metadata.result !== 1) throw new Error(`${this.name}: ${metadata.reason}`);
  }

  /** @param from the address of this machine from which the request is sent. */
  async ask(
    path: string,
    fields?: Readonly<Record<string, string>>,
    { headers = {}, from = '127.0.0.1' }: { headers?: Record<string, string>; from?: string } = {},
  ): Promise<Reply> {
    const asked = request(`${this.#url}${path}`, {
      method: fields === undefined ? 'GET' : 'POST',
      rejectUnauthorized: false,
      agent: false,
      localAddress: from,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    });
    asked.end(fields === undefined ? '' : new URLSearchParams(fields).toString());
    const [reply] = (await once(asked, 'response')) as [IncomingMessage];
    const [cookie = ''] = (reply.headers['set-cookie']?.[1] ?? '').split(';');
    const body = await text(reply);
    return {
      status: reply.statusCode,
      cookie,
      body: body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : { text: body },
    };
  }

  logIn(fields: Readonly<Record<string, string>> = {}, from?: string): Promise<Reply> {
    const form = { user: 'root', pass: password, login_only: '1', ...fields };
    return this.ask('/login', form, from === undefined ? {} : { from });
  }

  /** With root's token. */
  async call(token: string, name: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const { body } = await this.ask(
      `/json-api/${name}`,
      { 'api.version': '1', ...fields },
      { headers: { authorization: `whm root:${token}` } },
    );
    return body as unknown as Answer;
  }
}

/** `web1`, `web2` …, running. */
export async function startFleet(
  store: string,
  count: number,
): Promise<{ members: Member[]; remove: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-fleet-'));
  const key = crypto.getRandomValues(new Uint8Array(32));
  const members = Array.from({ length: count }, (_, at) => new Member(folder, `web${at + 1}`, store, key));
  const remove = async () => {
    await Promise.all(members.map((member) => member.end()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(members.map((member) => member.start()));
  } catch (error) {
    await remove();
    throw error;
  }
  return { members, remove };
}
