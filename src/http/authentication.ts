// Authenticates requests by API token, access hash, password or session.
import type { Socket } from 'node:net';
import type { Application } from '../app/app.ts';
import type { Caller, Db, Origin } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';
import * as accessHashes from '../capabilities/logins/rules/access-hashes.ts';
import * as accountTokens from '../capabilities/logins/rules/account-tokens.ts';
import * as apiTokens from '../capabilities/logins/rules/api-tokens.ts';
import { callerAt, type LoginService } from '../capabilities/logins/rules/callers.ts';
import * as logins from '../capabilities/logins/rules/logins.ts';
import * as sessions from '../capabilities/logins/rules/sessions.ts';
import * as tfa from '../capabilities/two-factor/rules/tfa.ts';
import type { Door } from './door.ts';
import { knownSourcesOf } from './known-sources.ts';
import { loginDependenciesOf } from './login-dependencies.ts';
import { userIn } from './request.ts';

/** The credentials in a request. */
export interface Credentials {
  /** The header Authorization. */
  readonly authorization: string | undefined;
  /** The header X-CPANEL-OTP. */
  readonly code: string | undefined;
  readonly sessionId: string | undefined;
  /** The first part of the path if it is a security token: `cpsess0123456789`. */
  readonly securityToken: string | undefined;
  readonly address: string;
  /** The connection on which a password was sent. */
  readonly client?: Socket;
}

export type Sender = Accepted | Refused;

export interface Accepted {
  readonly caller: Caller;
  readonly origin: Required<Origin>;
  readonly warnings: readonly string[];
  /** Present for a session of webmail that shows another mailbox than the account’s own. */
  readonly mailbox?: sessions.SessionMailbox;
  /** Present for a token: the store's state for which this result holds, and until when. */
  readonly holds?: { readonly state: string; readonly until: number };
}

/** A rejected caller, for the logs. The client gets only the problem and its reason. */
export interface Refused {
  readonly problem: 'denied' | 'tfa_required' | 'tfa_invalid';
  readonly reason: string;
  /** The username as given, if it can be one. */
  readonly user: string;
  readonly authentication: string;
  /** What is wrong, if known. */
  readonly cause?: string;
}

function denied(authentication: string, user = '', cause?: string): Refused {
  const refused = { problem: 'denied', reason: 'Access denied', user: userIn(user), authentication } as const;
  return cause === undefined ? refused : { ...refused, cause };
}

/** The address of an accepted sender is known from then on (`KnownSources`). */
export async function identify(door: Door, credentials: Credentials): Promise<Sender> {
  const sender = await authenticate(door, credentials);
  if (!('problem' in sender)) knownSourcesOf(door.application).add(credentials.address);
  return sender;
}

/** A header takes precedence over a session, as with other servers. */
function authenticate(door: Door, credentials: Credentials): Promise<Sender> {
  const { application, service } = door;
  const { authorization, address } = credentials;
  if (authorization === undefined) return bySession(door, credentials);
  const [, scheme = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(authorization) ?? [];
  if (service !== 'webmaild' && scheme.toLowerCase() === schemes[service])
    return knownTokens(application).find(service, rest, address);
  if (scheme.toLowerCase() === 'basic') return byPassword(door, rest, credentials);
  return Promise.resolve(denied('another scheme'));
}

/** Webmail has no API. */
type TokenService = Exclude<LoginService, 'webmaild'>;

/** The scheme of API tokens: `Authorization: whm USER:TOKEN`. */
const schemes: Readonly<Record<TokenService, string>> = { whostmgrd: 'whm', cpaneld: 'cpanel' };

/** The maximum number of cached tokens. */
const MAX_KNOWN = 1000;

/**
 * Caches the callers of tokens until any process changes the store. For a program that calls repeatedly, each call then
 * costs one read of SQLite's change counter.
 */
class KnownTokens {
  readonly #application: Application;
  /** Each holds for one state of the store. After any change the token is looked up again. */
  readonly #known = new Map<string, Accepted>();

  constructor(application: Application) {
    this.#application = application;
  }

  async find(service: TokenService, pair: string, address: string): Promise<Sender> {
    const { engine } = this.#application;
    const key = `${service} ${address} ${pair}`;
    const state = this.#application.storeStateNow() ?? (await this.#application.storeState());
    const known = this.#known.get(key);
    if (known?.holds?.state === state && engine.now() < known.holds.until) return known;
    const { sender, expiresAt } = await byToken[service](engine, pair, address);
    // Rejected tokens are not cached: their number has no limit.
    if ('problem' in sender) return sender;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, { ...sender, holds: { state, until: expiresAt } });
    return sender;
  }
}

const knownOf = new WeakMap<Application, KnownTokens>();

function knownTokens(application: Application): KnownTokens {
  let known = knownOf.get(application);
  if (known === undefined) knownOf.set(application, (known = new KnownTokens(application)));
  return known;
}

/** A caller, or a rejection, and until when it holds if the store does not change. */
interface Found {
  readonly sender: Sender;
  readonly expiresAt: number;
}

const byToken: Readonly<
  Record<TokenService, (engine: Application['engine'], pair: string, address: string) => Promise<Found>>
> = { whostmgrd: byWhmToken, cpaneld: byAccountToken };

/** `USER:TOKEN`, or `USER:HASH` with the older access hashes. */
async function byWhmToken(
  { store, now, sha256 }: Application['engine'],
  pair: string,
  address: string,
): Promise<Found> {
  const [user, secret] = split(pair);
  const [tokenHash, hash] = await Promise.all([sha256(secret), sha256(accessHashes.plain(secret))]);
  return reading(store, async (db) => {
    const token = await apiTokens.authenticate(db, { user, tokenHash, address, now: now() });
    if ('caller' in token) {
      const origin = { address, authentication: `token ${token.name}` };
      const sender = { caller: token.caller, origin, warnings: [] };
      return { sender, expiresAt: token.expiresAt ?? Infinity };
    }
    const caller = await accessHashes.authenticate(db, { user, hash });
    const origin = { address, authentication: 'access hash' };
    const sender = caller && { caller, origin, warnings: [] };
    return { sender: sender ?? denied('token', user, token.problem), expiresAt: Infinity };
  });
}

/** `USER:TOKEN` */
async function byAccountToken(
  { store, now, sha256 }: Application['engine'],
  pair: string,
  address: string,
): Promise<Found> {
  const [user, secret] = split(pair);
  const tokenHash = await sha256(secret);
  return reading(store, async (db) => {
    const token = await accountTokens.authenticate(db, { user, tokenHash, now: now() });
    if ('problem' in token) return { sender: denied('token', user, token.problem), expiresAt: Infinity };
    const origin = { address, authentication: `token ${token.name}` };
    const sender = { caller: token.caller, origin, warnings: [] };
    return { sender, expiresAt: token.expiresAt ?? Infinity };
  });
}

async function byPassword(
  { application, service }: Door,
  encoded: string,
  credentials: Credentials,
): Promise<Sender> {
  const [user, password] = split(Buffer.from(encoded, 'base64').toString('utf8'));
  const { address, code = '' } = credentials;
  const verdict = await logins.attempt(loginDependenciesOf(application, credentials.client), {
    service,
    user,
    password,
    code,
    address,
  });
  if ('problem' in verdict) return { ...verdict, user: userIn(user), authentication: 'password' };
  const { caller, authentication, warnings } = verdict;
  return { caller, origin: { address, authentication }, warnings };
}

async function bySession({ application, service }: Door, credentials: Credentials): Promise<Sender> {
  const { engine } = application;
  const { sessionId, securityToken, address } = credentials;
  // A forged request has only one of the two.
  if (sessionId === undefined || securityToken === undefined) return denied('session');
  const { now, sha256 } = engine;
  const shown = { service, id: sessionId, securityToken, address };
  const found = await reading(engine.store, async (db) => {
    const session = await sessions.find({ db, now, sha256 }, shown);
    if (session === undefined) return undefined;
    const caller = {
      ...(await callerAt(db, service, session.username)),
      session: Buffer.from(session.idHash).toString('hex'),
    };
    const mustConfirm = !session.isConfirmed && (await tfa.isEnrolled(db, session.username));
    return { session, caller: mustConfirm ? { ...caller, mustConfirm: true as const } : caller };
  }).catch((error: unknown) => {
    // The user is no longer a reseller, or no longer an account.
    if (error instanceof ApiError && (error.code === 'denied' || error.code === 'not_found'))
      return undefined;
    throw error;
  });
  if (found === undefined) return denied('session');
  if (found.session.isDue) {
    await engine.store.transaction('changes', async (db) => {
      await sessions.touch({ db, now, sha256 }, sessionId);
      return { value: undefined, keep: true };
    });
  }
  const { mailbox } = found.session;
  const origin = { address, authentication: 'session' };
  return { caller: found.caller, origin, warnings: [], ...(mailbox === undefined ? {} : { mailbox }) };
}

function reading<T>(store: Application['engine']['store'], work: (db: Db) => Promise<T>): Promise<T> {
  return store.transaction('reads', async (db) => ({ value: await work(db), keep: false }));
}

/** Split at the first colon: usernames have none. */
function split(pair: string): [user: string, secret: string] {
  const at = pair.indexOf(':');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}
