// The pages of this server after a login, below the session's part of the path.
import type { Db } from '../../../core/context.ts';
import type { Link } from './integration/links.ts';
import * as resellers from '../../accounts/rules/resellers/resellers.ts';

/** On the port of webmail. */
export const WEBMAIL_PATHS = { mailbox: '/' };

const PATHS = { overview: '/', two_factor: '/two-factor', api_shell: '/api-shell' };

export async function mayLogIn(db: Db, user: string): Promise<boolean> {
  return user === 'root' || (await resellers.isReseller(db, user));
}

/** By name. If several links have the same purpose, the first one counts. Hidden links have no page. */
export function pathsOf(links: readonly Link[]): Record<string, string> {
  const visible = links.filter(({ isHidden }) => !isHidden).reverse();
  return {
    ...Object.fromEntries(visible.map((link) => [link.implements, pathOfLink(link)])),
    ...PATHS,
  };
}

export function pathOfLink({ app }: Pick<Link, 'app'>): string {
  return `/integration/${encodeURIComponent(app)}`;
}
