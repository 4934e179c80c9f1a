// Our parts of .htaccess files when their account gets another home, or its domains other names.
import { renamedName, type Renames } from '../../domains/rules/renamed-domains.ts';
import { withHome } from './directory-privacy/directories.ts';
import { hotlinksIn, withHotlinks } from './hotlinks.ts';
import { redirectsIn, withRedirects } from './redirects.ts';

export interface Following {
  /** The homes before and after. They can be the same. */
  readonly from: string;
  readonly to: string;
  readonly renames: Renames;
}

/** The same text if nothing in our parts changes. */
export function followed(text: string, { from, to, renames }: Following): string {
  const moved = from === to ? text : withHome(text, from, to);
  return renames.size === 0 ? moved : hotlinksFollowed(redirectsFollowed(moved, renames), renames);
}

function redirectsFollowed(text: string, renames: Renames): string {
  const before = redirectsIn(text);
  const after = before.map((one) => ({
    ...one,
    domain: renamedName(one.domain, renames) ?? one.domain,
    destination: urlFollowed(one.destination, renames),
  }));
  return JSON.stringify(before) === JSON.stringify(after) ? text : withRedirects(text, after);
}

function hotlinksFollowed(text: string, renames: Renames): string {
  const before = hotlinksIn(text);
  if (before === undefined) return text;
  const after = {
    ...before,
    urls: before.urls.map((url) => urlFollowed(url, renames)),
    redirectUrl: urlFollowed(before.redirectUrl, renames),
  };
  return JSON.stringify(before) === JSON.stringify(after) ? text : withHotlinks(text, after);
}

/** Also of a URL without a scheme. Everything but the host keeps its characters. */
function urlFollowed(url: string, renames: Renames): string {
  const [, before = '', host = '', after = ''] = /^((?:https?:\/\/)?)([^/:?#]*)(.*)$/is.exec(url) ?? [];
  const renamed = renamedName(host.toLowerCase(), renames);
  return renamed === undefined ? url : `${before}${renamed}${after}`;
}
