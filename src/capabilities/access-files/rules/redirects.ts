// Redirects of an account's domains, by mod_rewrite. A comment before each one has what UAPI shows of it.
import { badParam } from '../../../core/errors.ts';
import { blockIn, withBlock } from './blocks.ts';

export interface Redirect {
  readonly domain: string;
  /** A path, from the document root on: `/old`. */
  readonly source: string;
  readonly destination: string;
  readonly type: 'permanent' | 'temporary';
  /** True if everything below the source is redirected, to the same path below the destination. */
  readonly isWildcard: boolean;
  /** 0: with and without `www.`. 1: only without. 2: only with it. */
  readonly www: 0 | 1 | 2;
}

const NAME = 'redirects';
const MARK = '# redirect ';
const MAX_REDIRECTS = 500;
/** The flags of each rule besides its status code: no further rule applies, and the target is not escaped again. */
export const FLAGS = 'L,NE';

/** @throws ApiError `bad_param` */
export function assertRedirect({ source, destination }: Redirect): void {
  if (!/^\/[\x21-\x7e]*$/.test(source) || /["\\%]/.test(source)) {
    throw badParam(
      'The parameter “src” should be a path such as /old: ASCII characters without spaces, quotes, backslashes and “%”.',
    );
  }
  if (urlOf(destination) === undefined) {
    throw badParam(
      'The parameter “redirect” should be a URL such as https://www.example.com/new, in ASCII characters.',
    );
  }
}

/** The URL of a text that can be written as a target. */
export function urlOf(text: string): URL | undefined {
  if (!/^[\x21-\x7e]+$/.test(text) || /["\\]/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username + url.password === '' ? url : undefined;
}

export function redirectsIn(text: string): Redirect[] {
  return blockIn(text, NAME)
    .filter((line) => line.startsWith(MARK))
    .flatMap((line) => {
      const redirect = parsed(line.slice(MARK.length));
      return redirect === undefined ? [] : [redirect];
    });
}

/** The account can change the comment: undefined if it is not what this program wrote. */
function parsed(json: string): Redirect | undefined {
  try {
    const redirect = JSON.parse(json) as Redirect;
    assertRedirect(redirect);
    const { domain, type, isWildcard, www } = redirect;
    const isOurs =
      typeof domain === 'string' &&
      /^[a-z0-9.-]+$/.test(domain) &&
      ['permanent', 'temporary'].includes(type) &&
      typeof isWildcard === 'boolean' &&
      [0, 1, 2].includes(www);
    return isOurs ? redirect : undefined;
  } catch {
    return undefined;
  }
}

/** @throws ApiError `bad_param` if the same path is redirected, or there are too many. */
export function withRedirect(text: string, redirect: Redirect): string {
  const redirects = redirectsIn(text);
  if (redirects.some((one) => isSame(one, redirect)))
    throw badParam(
      `The path “${redirect.source}” of “${redirect.domain}” is redirected already. Delete that redirect first.`,
    );
  if (redirects.length >= MAX_REDIRECTS)
    throw badParam(`A website can have at most ${MAX_REDIRECTS} redirects.`);
  return withRedirects(text, [...redirects, redirect]);
}

export function withoutRedirect(text: string, wanted: Pick<Redirect, 'domain' | 'source'>): string {
  return withRedirects(
    text,
    redirectsIn(text).filter((one) => !isSame(one, wanted)),
  );
}

function isSame(
  one: Pick<Redirect, 'domain' | 'source'>,
  other: Pick<Redirect, 'domain' | 'source'>,
): boolean {
  return one.domain === other.domain && one.source === other.source;
}

/** Replaces all of them. */
export function withRedirects(text: string, redirects: readonly Redirect[]): string {
  const lines = redirects.flatMap(directives);
  return withBlock(text, NAME, lines.length === 0 ? [] : ['RewriteEngine On', ...lines]);
}

function directives(redirect: Redirect): string[] {
  const { domain, source, destination, type, isWildcard, www } = redirect;
  const host = { 0: '(?:www\\.)?', 1: '', 2: 'www\\.' }[www] + escaped(domain);
  const path = escaped(source.slice(1));
  const target = destination.replaceAll('%', '\\%').replaceAll('$', '\\$');
  const pattern = isWildcard ? `^${path}(.*)$` : `^${path}${path === '' ? '' : '/?'}$`;
  const status = type === 'permanent' ? 301 : 302;
  return [
    `${MARK}${JSON.stringify(redirect)}`,
    // Certificates are validated at the domain itself.
    'RewriteCond "%{REQUEST_URI}" "!^/\\.well-known/acme-challenge/"',
    `RewriteCond "%{HTTP_HOST}" "^${host}(?::[0-9]+)?$" [NC]`,
    `RewriteRule "${pattern}" "${target}${isWildcard ? '$1' : ''}" [R=${status},${FLAGS}]`,
  ];
}

/** As a part of a regular expression. */
export function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]]/g, '\\$&');
}
