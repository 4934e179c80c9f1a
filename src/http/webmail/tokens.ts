// The tokens of webmail: Roundcube gets them here for its codes, and Dovecot asks whose they are.
import type { IncomingMessage } from 'node:http';
import type { Application } from '../../app/app.ts';
import type { Db } from '../../core/context.ts';
import { followMailboxes } from '../../capabilities/webmail/driver/roundcube/users.ts';
import { exchange, introspect, type Holder } from '../../capabilities/webmail/rules/grants.ts';
import { CLIENT, TOKEN_PORT } from '../../capabilities/webmail/rules/places.ts';
import { clientSecret, introspectionSecret } from '../../capabilities/webmail/rules/secrets.ts';
import { isFollowed, rememberLogin } from '../../capabilities/webmail/rules/webmail-users.ts';
import { isSecret, LoopbackServer, readSmallBody, type LoopbackAnswer } from '../loopback-server.ts';

const refused = (status: number, error: string): LoopbackAnswer => ({ status, body: { error } });

export class WebmailTokens {
  readonly #server: LoopbackServer;

  constructor(application: Application) {
    this.#server = new LoopbackServer(application, 'a token of webmail', async (request, known) => {
      const { method, url } = request;
      if (method === 'POST' && url === '/token') return giveToken(application, request, known);
      if (method === 'GET' && url === '/identity') return tellIdentity(application, request, known);
      if (method === 'POST' && url === '/introspect') return tellState(application, request, known);
      return refused(404, 'not_found');
    });
  }

  /** @returns the port. @throws an error of the system if it cannot be opened. */
  start(port = TOKEN_PORT): Promise<number> {
    return this.#server.start(port);
  }

  close(): Promise<void> {
    return this.#server.close();
  }
}

/** RFC 6749, section 4.1.3. */
async function giveToken(
  { engine }: Pick<Application, 'engine'>,
  request: IncomingMessage,
  known: () => void,
): Promise<LoopbackAnswer> {
  const form = await readForm(request);
  const secret = await clientSecret(engine.machine);
  if (form?.get('client_id') !== CLIENT || !isSecret(form.get('client_secret'), secret))
    return refused(401, 'invalid_client');
  known();
  if (form.get('grant_type') !== 'authorization_code') return refused(400, 'unsupported_grant_type');
  const given = { code: form.get('code') ?? '', redirectUri: form.get('redirect_uri') ?? '' };
  const granted = await engine.store.transaction('changes', async (db) => ({
    value: await exchange({ ...engine, db }, given),
    keep: true,
  }));
  if (granted === undefined) return refused(400, 'invalid_grant');
  await prepareRows({ engine }, granted.user);
  const { token, expiresAt } = granted;
  const expiresIn = Math.floor((expiresAt - engine.now()) / 1000);
  return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: expiresIn } };
}

/** Roundcube finds its rows by the name alone, so what it has of an earlier mailbox of this name goes first. */
async function prepareRows(
  { engine: { machine, store } }: Pick<Application, 'engine'>,
  login: string,
): Promise<void> {
  const transaction = <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) =>
    store.transaction(effect, async (db) => ({ value: await work(db), keep: effect === 'changes' }));
  if (await transaction('reads', (db) => isFollowed(db, login))) return;
  await followMailboxes({ machine, transaction });
  await transaction('changes', (db) => rememberLogin(db, login));
}

/** For Roundcube: the name with which it logs in to Dovecot. */
async function tellIdentity(
  application: Application,
  { headers }: IncomingMessage,
  known: () => void,
): Promise<LoopbackAnswer> {
  const [, token] = /^Bearer ([\w-]{1,128})$/i.exec(headers.authorization ?? '') ?? [];
  const holder = token === undefined ? undefined : await holderOf(application, token);
  if (holder === undefined) return refused(401, 'invalid_token');
  known();
  return { status: 200, body: { user: holder.user } };
}

/** RFC 7662. */
async function tellState(
  application: Application,
  request: IncomingMessage,
  known: () => void,
): Promise<LoopbackAnswer> {
  const [, encoded = ''] = /^Basic ([\w+/=]{1,512})$/i.exec(request.headers.authorization ?? '') ?? [];
  const [, secret] = /^dovecot:(.*)$/.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  if (!isSecret(secret, await introspectionSecret(application.engine.machine)))
    return refused(401, 'invalid_client');
  known();
  const holder = await holderOf(application, (await readForm(request))?.get('token') ?? '');
  if (holder === undefined) return { status: 200, body: { active: false } };
  const { user, expiresAt } = holder;
  return {
    status: 200,
    body: { active: true, username: user, client_id: CLIENT, exp: Math.floor(expiresAt / 1000) },
  };
}

function holderOf({ engine }: Application, token: string): Promise<Holder | undefined> {
  return engine.store.transaction('reads', async (db) => ({
    value: await introspect({ ...engine, db }, token),
    keep: false,
  }));
}

/** Undefined if the body is too long, or has a field twice. */
async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const body = await readSmallBody(request);
  if (body === undefined) return undefined;
  const form = new URLSearchParams(body);
  return new Set(form.keys()).size === [...form.keys()].length ? form : undefined;
}
