// Which domains of an account can be redirected to HTTPS, and which are.
import type { Db } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { installedOf, type Installed } from '../../certificates/rules/autossl/needs.ts';
import { isCovered } from '../../certificates/rules/domains.ts';
import type { OwnDomains } from '../../domains/rules/own-domains.ts';
import type { RedirectState } from './asked-redirect-states.ts';
import { namesOf, ofUser } from './https-redirects.ts';

const flag = (value: boolean) => (value ? 1 : 0);

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
    const host = own.hostOf(domain);
    const certificate = host && installed.get(host.servername);
    const names = host === undefined ? [] : namesOf(host, new Set([domain]), all);
    const isTrusted = certificate !== undefined && isUsable(certificate, now);
    const secures = (name: string) => isTrusted && isCovered(name, certificate.names);
    return {
      all_aliases_valid: flag(names.length > 0 && names.every(secures)),
      can_https_redirect: flag(secures(domain)),
      is_https_redirecting: flag(
        certificate !== undefined && !certificate.isSelfSigned && redirected.has(domain),
      ),
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
