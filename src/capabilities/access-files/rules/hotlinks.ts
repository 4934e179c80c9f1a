// Hotlink protection: files that only pages of some websites may show, by mod_rewrite. A comment has what UAPI shows.
import { badParam } from '../../../core/errors.ts';
import { blockIn, withBlock } from './blocks.ts';
import { escaped, urlOf } from './redirects.ts';

export interface Hotlinks {
  /** The websites that may show the files: `https://bob.example`, or `bob.example` for both schemes. */
  readonly urls: readonly string[];
  /** Without dots: `jpg`. */
  readonly extensions: readonly string[];
  /** Where others are sent. */
  readonly redirectUrl: string;
  /** True if a request that names no website gets the file, as when its address is typed. */
  readonly allowsNone: boolean;
}

const NAME = 'hotlinks';
const MARK = '# hotlinks ';
const MAX = 200;

/** @throws ApiError `bad_param` */
export function assertHotlinks({ urls, extensions, redirectUrl }: Hotlinks): void {
  if (extensions.length === 0 || !extensions.every((one) => /^[A-Za-z0-9]{1,20}$/.test(one)))
    throw badParam('The parameter “extensions” should be a comma-separated list such as jpg,png.');
  const isSite = (one: string) =>
    /^(?:https?:\/\/)?[A-Za-z0-9._-]+(?::\d{1,5})?(?:\/[\x21-\x7e]*)?$/.test(one) && !/["\\%]/.test(one);
  if (urls.length === 0 || !urls.every(isSite))
    throw badParam('The parameter “urls” should be URLs such as https://www.example.com, each on a line.');
  if (urls.length > MAX || extensions.length > MAX)
    throw badParam(`Use at most ${MAX} URLs and ${MAX} extensions.`);
  if (urlOf(redirectUrl) === undefined)
    throw badParam(
      'The parameter “redirect_url” should be a URL such as https://www.example.com/, in ASCII characters.',
    );
}

/** Undefined if there is no protection, or the account has changed the comment. */
export function hotlinksIn(text: string): Hotlinks | undefined {
  const line = blockIn(text, NAME).find((one) => one.startsWith(MARK));
  if (line === undefined) return undefined;
  try {
    const { urls, extensions, redirectUrl, allowsNone } = JSON.parse(line.slice(MARK.length)) as Hotlinks;
    const isOurs = [...urls, ...extensions, redirectUrl].every((one) => typeof one === 'string');
    if (!isOurs || typeof allowsNone !== 'boolean') return undefined;
    const hotlinks = { urls, extensions, redirectUrl, allowsNone };
    assertHotlinks(hotlinks);
    return hotlinks;
  } catch {
    return undefined;
  }
}

/** Replaces an earlier protection. */
export function withHotlinks(text: string, hotlinks: Hotlinks): string {
  const { urls, extensions, redirectUrl, allowsNone } = hotlinks;
  const { host, pathname } = new URL(redirectUrl);
  const target = redirectUrl.replaceAll('%', '\\%').replaceAll('$', '\\$');
  return withBlock(text, NAME, [
    `${MARK}${JSON.stringify({ urls, extensions, redirectUrl, allowsNone })}`,
    'RewriteEngine On',
    // Certificates are validated at the domain itself, and the target can be a file of the same website.
    'RewriteCond "%{REQUEST_URI}" "!^/\\.well-known/acme-challenge/"',
    `RewriteCond "%{HTTP_HOST}%{REQUEST_URI}" "!^${escaped(host + pathname)}$" [NC]`,
    ...(allowsNone ? ['RewriteCond "%{HTTP_REFERER}" "!^$"'] : []),
    ...urls.map((url) => `RewriteCond "%{HTTP_REFERER}" "!^${site(url)}(?:[/?#].*)?$" [NC]`),
    `RewriteRule "\\.(?:${extensions.join('|')})$" "${target}" [R=302,L,NE,NC]`,
  ]);
}

function site(url: string): string {
  const bare = escaped(url.replace(/\/+$/, ''));
  return /^https?:/i.test(url) ? bare : `https?://${bare}`;
}

export function withoutHotlinks(text: string): string {
  return withBlock(text, NAME, []);
}
