// The cookies of Roundcube. Browsers send the cookies of all ports of a host to each of them, so only Roundcube's own pass
// through here, in both directions: those of WHM's sessions are no business of PHP. Each is signed with the session in
// which it was set. Otherwise a new session, of another mailbox, would go on in the Roundcube of the last one.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse } from 'cookie';

/** Those that PHP reads. Scripts have others, such as the one for dark mode. */
const NAMES = ['roundcube_sessid', 'roundcube_sessauth'];

/** The value with which Roundcube removes a cookie. */
const REMOVED = '-del-';

export interface CookieSession {
  /** The session's own cookie. */
  readonly id: string;
  /** Only requests below it get the cookies. */
  readonly path: string;
  readonly isSecure: boolean;
}

/** The header for PHP. Empty without cookies. */
export function cookiesForPhp(header: string, { id }: Pick<CookieSession, 'id'>): string {
  const given = parse(header, { decode: (value) => value });
  return NAMES.flatMap((name) => {
    const [, value, signature] = /^([\w%.,-]{1,512})\.([\w-]{43})$/.exec(given[name] ?? '') ?? [];
    if (value === undefined || signature === undefined) return [];
    const expected = Buffer.from(sign(name, value, id));
    return timingSafeEqual(expected, Buffer.from(signature)) ? [`${name}=${value}`] : [];
  }).join('; ');
}

export interface CookieFromPhp {
  /** The header for the browser. */
  readonly header: string;
  readonly isRemoved: boolean;
}

/** @param header Set-Cookie from PHP. Undefined if it is none of Roundcube’s. */
export function cookieFromPhp(
  header: string,
  { id, path, isSecure }: CookieSession,
): CookieFromPhp | undefined {
  const [, name = '', value = ''] = /^([^=;\s]+)=([\w%.,-]{0,512})(?:;|$)/.exec(header) ?? [];
  if (!NAMES.includes(name)) return undefined;
  const isRemoved = value === REMOVED || value === '' || value === 'deleted';
  const attributes = `Path=${path}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  if (isRemoved) return { header: `${name}=; Max-Age=0; ${attributes}`, isRemoved };
  return { header: `${name}=${value}.${sign(name, value, id)}; ${attributes}`, isRemoved };
}

const sign = (name: string, value: string, id: string): string =>
  createHmac('sha256', id).update(`${name}=${value}`).digest('base64url');
