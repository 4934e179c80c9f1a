// Logs users in to other applications through this server, as WHM does for a market provider: a link contains a login
// token, and the application exchanges it for an access token.
import type { Context } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import * as apiTokens from './api-tokens.ts';
import { callerToActAs } from './acting-as.ts';
import * as loginTokens from './tokens.ts';

const HOUR_MS = 60 * 60_000;
const ACCESS_MS = HOUR_MS;
const REFRESH_MS = 24 * HOUR_MS;

export const provider = {
  type: 'string',
  required: true,
  values: ['local'],
  doc: 'The login provider. The only one is “local”, this server itself.',
} as const satisfies Param;

export const urlAfterLogin = {
  type: 'string',
  required: true,
  maxLength: 2048,
  pattern: {
    matches: /^https?:\/\/[A-Za-z0-9[][^\s#"<>\\^`{|}]*$/,
    expects: 'a URL that begins with https:// or http://, without a fragment (#)',
  },
  doc: 'The URL that the browser opens after the login.',
} as const satisfies Param;

/** @throws ApiError `bad_param`. */
export function assertUrl(url: string): void {
  if (!URL.canParse(url)) {
    throw badParam(`The parameter “url_after_login” should be ${urlAfterLogin.pattern.expects}.`);
  }
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/**
 * Redeems a login token that was issued for this URL, or a refresh token. Undefined if it is neither. The access token
 * is an API token of the user. Each application has one, and it replaces the previous one.
 * @throws ApiError `denied`, `not_found` if the caller may not act as the user.
 */
export async function exchange(context: Context, text: string, url: string): Promise<Tokens | undefined> {
  const { caller, db, now, randomBytes, sha256, inform } = context;
  const hash = await sha256(text);
  const used =
    (await loginTokens.redeem(context, hash)) ?? (await loginTokens.redeem(context, hash, 'refresh'));
  if (used?.app !== url) return undefined;
  const { username: user } = used;
  await callerToActAs(db, caller, user);
  const access = await apiTokens.newText(randomBytes);
  const name = await nameOf(url, sha256);
  await apiTokens.remove(db, user, name);
  const createdAt = now();
  await apiTokens.add(
    db,
    user,
    { name, grant: 'everything', createdAt, expiresAt: createdAt + ACCESS_MS, whitelist: null },
    await sha256(access),
  );
  const next = { user, service: 'refresh', app: url, lifetimeMs: REFRESH_MS } as const;
  const refresh = await loginTokens.make(context, next);
  inform(`The access token is the API token “${name}” of “${user}”; it expires in an hour.`);
  return { access_token: access, refresh_token: refresh.text };
}

/** Derives the name of an application's API token from its URL without the query, which is different at each login. */
async function nameOf(url: string, sha256: Context['sha256']): Promise<string> {
  const { origin, pathname } = new URL(url);
  const bytes = (await sha256(origin + pathname)).subarray(0, 8);
  return `login-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
