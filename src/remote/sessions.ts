// Logs in with a password and a code, and keeps the session until the server rejects it.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '../core/errors.ts';
import type { RemoteHost } from './hosts.ts';
import { folderOf, readPrivateIfThere, writePrivate } from './private-files.ts';
import type { Login, LoginSource, Post } from './server.ts';
import type { RemoteEnvironment } from './environment.ts';
import { quote } from '../core/quote.ts';
import type { Incoming } from './exchange.ts';

interface Kept {
  readonly cookie: string;
  readonly pathPrefix: string;
  /** In milliseconds since 1970-01-01T00:00:00Z. Absent if only the server knows. */
  readonly expires?: number;
}

export class SessionLogin implements LoginSource {
  readonly #user: string;
  readonly #context: RemoteEnvironment;
  /** False for several servers, because one user cannot answer the questions of all of them. */
  readonly #mayAsk: boolean;

  constructor(user: string, context: RemoteEnvironment, mayAsk: boolean) {
    this.#user = user;
    this.#context = context;
    this.#mayAsk = mayAsk;
  }

  async login(host: RemoteHost, post: Post): Promise<Login> {
    const kept = this.#read(host);
    return kept === undefined ? this.#logIn(host, post) : toLogin(kept);
  }

  async renew(host: RemoteHost, post: Post): Promise<Login> {
    rmSync(this.#pathOf(host), { force: true });
    return this.#logIn(host, post);
  }

  async #logIn(host: RemoteHost, post: Post): Promise<Login> {
    const { ask } = this.#context;
    if (ask === undefined || !this.#mayAsk) {
      throw new ApiError(
        'login_refused',
        `There is no token and no session for ${host.label}. ${this.#remedy(host)}`,
      );
    }
    const user = this.#user;
    const pass = await ask(`Password of ${user} at ${host.label}: `, true);
    const code = await ask('Code of the authenticator app (empty where there is none): ', true);
    const form = new URLSearchParams({ user, pass, login_only: '1' });
    if (code.trim() !== '') form.set('tfa_token', code.trim());
    const incoming = await post({
      path: '/login/?login_only=1',
      type: 'application/x-www-form-urlencoded',
      body: form.toString(),
      headers: {},
    });
    const opened = readLogin(incoming, host.label, this.#context.now());
    writePrivate(this.#pathOf(host), JSON.stringify(opened));
    return toLogin(opened);
  }

  #remedy({ label }: RemoteHost): string {
    return this.#mayAsk
      ? 'Give a token (--token-file, a profile, WHMAPI1_TOKEN), or log in at a terminal.'
      : `Give a token, or log in there first: whmapi1 --host ${label} version`;
  }

  #read(host: RemoteHost): Kept | undefined {
    const text = readPrivateIfThere(this.#pathOf(host));
    if (text === undefined) return undefined;
    let kept: Partial<Kept>;
    try {
      kept = JSON.parse(text) as Partial<Kept>;
    } catch {
      return undefined;
    }
    const { cookie, pathPrefix, expires } = kept;
    if (typeof cookie !== 'string' || typeof pathPrefix !== 'string') return undefined;
    return expires !== undefined && expires <= this.#context.now() ? undefined : { cookie, pathPrefix };
  }

  #pathOf({ label }: RemoteHost): string {
    const name = createHash('sha256').update(`${this.#user}@${label}`).digest('hex').slice(0, 32);
    return join(folderOf('cache', this.#context), 'sessions', name);
  }
}

function toLogin({ cookie, pathPrefix }: Kept): Login {
  return { headers: { cookie }, pathPrefix };
}

// Reads a server's response to POST /login: a session, or the reason for a refusal.
interface Opened {
  readonly cookie: string;
  readonly pathPrefix: string;
  readonly expires?: number;
}

/** @throws ApiError */
function readLogin({ status, headers, text }: Incoming, label: string, now: number): Opened {
  const { security_token: given, message } = jsonIn(text);
  const { location = '' } = headers;
  const way = `${typeof given === 'string' ? given : ''} ${typeof location === 'string' ? location : ''}`;
  const [pathPrefix] = /\/cpsess\d+/.exec(way) ?? [];
  // A login also ends cookies of former ones.
  const cookies = [headers['set-cookie'] ?? []]
    .flat()
    .filter((one) => (expiryOf([one], now) ?? now + 1) > now);
  if (status >= 500) {
    throw new ApiError('remote_unreachable', `${label} answered the login with status ${status}.`);
  }
  if (status >= 400 || pathPrefix === undefined || cookies.length === 0) {
    const isSentence = typeof message === 'string' && message.includes(' ');
    const said = isSentence ? ` It says ${quote(message)}.` : '';
    const hint = text.includes('tfa_login_form')
      ? ' It asks for a two-factor authentication code.'
      : ' The user, the password or the code is wrong, or the server bars this address for a while.';
    throw new ApiError('login_refused', `${label} did not accept the login.${said || hint}`);
  }
  const expires = expiryOf(cookies, now);
  return {
    cookie: cookies.map((one) => one.split(';', 1)[0]).join('; '),
    pathPrefix,
    ...(expires === undefined ? {} : { expires }),
  };
}

function jsonIn(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Returns the earliest expiry of the cookies. */
function expiryOf(cookies: readonly string[], now: number): number | undefined {
  const ends = cookies.flatMap((one) => {
    const [, seconds] = /;\s*max-age=(\d+)/i.exec(one) ?? [];
    if (seconds !== undefined) return [now + Number(seconds) * 1000];
    const end = Date.parse(/;\s*expires=([^;]+)/i.exec(one)?.[1] ?? '');
    return Number.isNaN(end) ? [] : [end];
  });
  return ends.length === 0 ? undefined : Math.min(...ends);
}
