// Reads a server's response to POST /login: a session, or the reason for a refusal.
import { ApiError } from '../core/errors.ts';
import { quote } from '../core/quote.ts';
import type { Incoming } from './exchange.ts';

export interface Opened {
  readonly cookie: string;
  readonly pathPrefix: string;
  readonly expires?: number;
}

/** @throws ApiError */
export function readLogin({ status, headers, text }: Incoming, label: string, now: number): Opened {
  const { security_token: given, message } = jsonIn(text);
  const { location = '' } = headers;
  const way = `${typeof given === 'string' ? given : ''} ${typeof location === 'string' ? location : ''}`;
  const [pathPrefix] = /\/cpsess\d+/.exec(way) ?? [];
  const cookies = [headers['set-cookie'] ?? []].flat();
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
