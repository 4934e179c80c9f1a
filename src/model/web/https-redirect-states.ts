// Which domains of an account can be redirected to HTTPS, and which are.
import type { Db } from '../../core/context.ts';
import type { Field } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { installedOf, type Installed } from '../autossl/needs.ts';
import { isCovered } from '../certificates/domains.ts';
import { hostOf, type OwnDomains } from '../domains/rows.ts';
import { namesOf, ofUser } from './https-redirects.ts';

export interface RedirectState {
  readonly all_aliases_valid: 0 | 1;
  readonly can_https_redirect: 0 | 1;
  readonly is_https_redirecting: 0 | 1;
}

const flag = (value: boolean) => (value ? 1 : 0);

/** In lists of domains, if the call asks for them. */
export const stateFields = {
  all_aliases_valid: {
    type: 'flag',
    optional: true,
    doc: 'Whether the certificate secures the domain and its names with www. and mail.',
  },
  can_https_redirect: {
    type: 'flag',
    optional: true,
    doc: 'Whether a valid certificate, which is not self-signed, secures the domain.',
  },
  is_https_redirecting: {
    type: 'flag',
    optional: true,
    doc: 'Whether visitors are redirected to HTTPS.',
  },
} as const satisfies Record<string, Field>;

/** The states of a domain if the call asks for them. */
export type StateOf = (domain: string) => Partial<RedirectState>;

/**
 * For the parameter `return_https_redirect_status`. The context is given whole, so that a call that does not ask for the
 * states does not use the clock: its response can then be remembered (`src/http/remembered-answers.ts`).
 */
export async function askedStates(
  context: { readonly db: Db; readonly now: () => number },
  own: OwnDomains,
  isAsked: boolean,
): Promise<StateOf> {
  return isAsked ? statesOf(context.db, own, context.now()) : () => ({});
}

/** How the domains of an account are redirected. @param now milliseconds since 1970-01-01. */
export async function statesOf(
  db: Db,
  own: OwnDomains,
  now: number,
): Promise<(domain: string) => RedirectState> {
  const { account, hosted } = own;
  const redirected = await ofUser(db, account.username);
  const installed = await installedOf(db, account);
  const all = new Set([account.domain, ...hosted.map(({ domain }) => domain)]);
  return (domain) => {
    const host = hostOf(own, domain);
    const certificate = host && installed.get(host.servername);
    const names = host === undefined ? [] : namesOf(host, new Set([domain]), all);
    const isTrusted = certificate !== undefined && isUsable(certificate, now);
    const secures = (name: string) => isTrusted && isCovered(name, certificate.names);
    return {
      all_aliases_valid: flag(names.length > 0 && names.every(secures)),
      can_https_redirect: flag(secures(domain)),
      is_https_redirecting: flag(certificate !== undefined && redirected.has(domain)),
    };
  };
}

function isUsable({ isSelfSigned, notBefore, notAfter }: Installed, now: number): boolean {
  return !isSelfSigned && notBefore <= now && now <= notAfter;
}

/** @throws ApiError `bad_param` if the certificate of one of the domains would make browsers warn of the website. */
export function assertCanRedirect(
  stateOf: (domain: string) => RedirectState,
  domains: readonly string[],
): void {
  const unfit = domains.filter((domain) => stateOf(domain).can_https_redirect === 0);
  if (unfit.length === 0) return;
  throw badParam(
    `No valid certificate secures ${unfit.map(quote).join(', ')}, so browsers would warn of the website. Install a ` +
      'certificate first: SSL::start_autossl_check requests one, and SSL::install_ssl installs your own.',
  );
}
