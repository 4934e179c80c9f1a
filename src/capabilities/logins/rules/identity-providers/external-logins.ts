// Logins that a browser begins here and continues at an identity provider. The browser has a secret in a cookie, and
// the provider returns the state. Both together complete the login, once, on any server of the store. The store has
// only their hashes: the nonce and the code verifier of PKCE are derived from them.
import type { Context, Db } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import type { LoginRequest } from '../../../../core/machine-identity-providers.ts';
import * as addresses from '../brute-force/addresses.ts';
import { isFromWrongClock } from '../../../../ground/rules/clock.ts';
import type { LoginService } from '../callers.ts';
import { randomText, URL_SAFE } from '../../../../ground/rules/random-text.ts';

/** The time for the login at the provider. */
export const LOGIN_MS = 10 * 60_000;
/** Anyone can begin logins, so their number is limited: for each client, and altogether. */
const MAX_OF_SOURCE = 20;
const MAX_LOGINS = 5000;
const SECRET_LENGTH = 43;

type ExternalLoginContext = Pick<Context, 'db' | 'now' | 'randomBytes' | 'sha256'>;

export interface BeginLogin {
  readonly service: LoginService;
  readonly provider: string;
  readonly redirectUri: string;
  readonly address: string;
}

export interface BegunLogin {
  /** For the browser’s cookie. */
  readonly secret: string;
  readonly request: LoginRequest;
}

/** @throws ApiError `busy` if too many logins are in progress. */
export async function begin(
  context: ExternalLoginContext,
  { service, provider, redirectUri, address }: BeginLogin,
): Promise<BegunLogin> {
  const { db, now, randomBytes, sha256 } = context;
  const at = now();
  const source = addresses.textOfSource(addresses.sourceOf(addresses.keyOf(address)));
  await db.run('DELETE FROM external_login WHERE expires_at <= ?', at);
  await makeRoom(db, source);
  const secret = await randomText(randomBytes, URL_SAFE, SECRET_LENGTH);
  const state = await randomText(randomBytes, URL_SAFE, SECRET_LENGTH);
  await db.run(
    `INSERT INTO external_login (state_hash, browser_hash, service, provider, redirect_uri, source, created_at,
       expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    await sha256(state),
    await sha256(secret),
    service,
    provider,
    redirectUri,
    source,
    at,
    at + LOGIN_MS,
  );
  return { secret, request: await requestOf(sha256, { secret, state, redirectUri }) };
}

/** Ends the oldest logins of a client that begins too many. */
async function makeRoom(db: Db, source: string): Promise<void> {
  await db.run(
    `DELETE FROM external_login WHERE state_hash IN
       (SELECT state_hash FROM external_login WHERE source = ?
        ORDER BY created_at DESC, state_hash LIMIT ${MAX_LOGINS} OFFSET ${MAX_OF_SOURCE - 1})`,
    source,
  );
  const row = await db.get<{ count: number }>('SELECT count(*) AS count FROM external_login');
  if (Number(row?.count) < MAX_LOGINS) return;
  throw new ApiError('busy', 'Too many logins through identity providers are in progress. Try again later.');
}

export interface ContinuedLogin {
  /** Browsers send cookies to all ports of a host, but a login ends at the interface where it began. */
  readonly service: LoginService;
  readonly provider: string;
  /** From the provider. */
  readonly state: string;
  /** From the browser’s cookie. */
  readonly secret: string;
}

/**
 * Ends a login of this browser at this provider, whatever comes of it. Undefined if there is none, or if it is used or
 * expired.
 */
export async function take(
  { db, now, sha256 }: Omit<ExternalLoginContext, 'randomBytes'>,
  { service, provider, state, secret }: ContinuedLogin,
): Promise<LoginRequest | undefined> {
  const [stateHash, browserHash] = [await sha256(state), await sha256(secret)];
  const row = await db.get<{ redirectUri: string; createdAt: number; expiresAt: number }>(
    `SELECT redirect_uri AS "redirectUri", created_at AS "createdAt", expires_at AS "expiresAt"
     FROM external_login WHERE state_hash = ? AND browser_hash = ? AND service = ? AND provider = ?`,
    stateHash,
    browserHash,
    service,
    provider,
  );
  const count = await db.run('DELETE FROM external_login WHERE state_hash = ?', stateHash);
  // Another server may be completing the same login: only one of them deletes the row.
  if (row === undefined || count === 0 || row.expiresAt <= now() || isFromWrongClock(row.createdAt, now()))
    return undefined;
  return requestOf(sha256, { secret, state, redirectUri: row.redirectUri });
}

async function requestOf(
  sha256: Context['sha256'],
  {
    secret,
    state,
    redirectUri,
  }: { readonly secret: string; readonly state: string; readonly redirectUri: string },
): Promise<LoginRequest> {
  const derive = async (purpose: string) =>
    Buffer.from(await sha256(JSON.stringify([purpose, secret, state]))).toString('base64url');
  return { redirectUri, state, nonce: await derive('nonce'), codeVerifier: await derive('code verifier') };
}
