// Which name a client should use for a service, so that the service’s certificate fits it.
import { isCovered } from './domains.ts';
import type { CertificateFacts } from './facts.ts';

/** WHM’s words for how the name was found. */
export type MatchMethod =
  | 'exact'
  | 'exact-wildcard'
  | 'mail-wildcard'
  | 'www-wildcard'
  | 'hostname'
  | 'hostname-wildcard'
  | 'localdomain_on_cert'
  | 'localdomain_on_cert-mail-wildcard'
  | 'localdomain_on_cert-www-wildcard'
  | 'none';

export interface BestDomain {
  readonly domain: string;
  readonly method: MatchMethod;
}

interface Choice {
  /** The domain that the client would use. */
  readonly domain: string;
  readonly hostname: string;
  /** The domains of the certificate. */
  readonly names: readonly string[];
  /** Domains of accounts that the certificate could be meant for, the most suitable first. */
  readonly local: readonly string[];
}

/** All names are in lower case. */
export function bestDomain({ domain, hostname, names, local }: Choice): BestDomain {
  const candidates: readonly (readonly [string, boolean, MatchMethod])[] = [
    ...ways(domain, names, ['exact', 'exact-wildcard', 'mail-wildcard', 'www-wildcard']),
    [hostname, names.includes(hostname), 'hostname'],
    [hostname, isCovered(hostname, names), 'hostname-wildcard'],
    ...local.flatMap((one) =>
      ways(one, names, [
        ...(['localdomain_on_cert', 'localdomain_on_cert'] as const),
        ...(['localdomain_on_cert-mail-wildcard', 'localdomain_on_cert-www-wildcard'] as const),
      ]),
    ),
  ];
  const [found, , method] = candidates.find(([, fits]) => fits) ?? [hostname, false, 'none' as const];
  return { domain: found, method };
}

function ways(
  domain: string,
  names: readonly string[],
  [exact, wildcard, mail, www]: readonly [MatchMethod, MatchMethod, MatchMethod, MatchMethod],
): (readonly [string, boolean, MatchMethod])[] {
  return [
    [domain, names.includes(domain), exact],
    [domain, isCovered(domain, names), wildcard],
    [`mail.${domain}`, isCovered(`mail.${domain}`, names), mail],
    [`www.${domain}`, isCovered(`www.${domain}`, names), www],
  ];
}

/** The fields of responses about the best domain. */
export const bestDomainFields = {
  ssldomain: { type: 'string', doc: 'The domain. The hostname if the certificate secures none of them.' },
  ssldomain_matches_cert: { type: 'flag', doc: 'Whether the certificate secures the domain.' },
  cert_match_method: {
    type: 'string',
    doc:
      'How the domain was found: exact, exact-wildcard, mail-wildcard, www-wildcard, hostname, hostname-wildcard, ' +
      'localdomain_on_cert, localdomain_on_cert-mail-wildcard, localdomain_on_cert-www-wildcard, or none.',
  },
  is_self_signed: {
    type: 'flag',
    doc: 'Whether the certificate is self-signed. Always 1 if it does not secure the domain, as in WHM.',
  },
  is_currently_valid: { type: 'flag', doc: 'Whether the certificate is in its time of validity.' },
  is_wild_card: { type: 'flag', doc: 'Whether a wildcard of the certificate secures the domain.' },
  cert_valid_not_after: {
    type: 'integer',
    doc: 'The last second of the certificate’s validity, since 1970-01-01 UTC.',
  },
} as const;

/** @param now milliseconds since 1970-01-01. */
export function bestDomainAnswer({ domain, method }: BestDomain, facts: CertificateFacts, now: number) {
  const { domains, isSelfSigned, notBefore, notAfter } = facts;
  const matches = method !== 'none';
  const at = Math.floor(now / 1000);
  const flag = (value: boolean) => (value ? 1 : 0);
  return {
    ssldomain: domain,
    ssldomain_matches_cert: flag(matches),
    cert_match_method: method,
    is_self_signed: flag(isSelfSigned || !matches),
    is_currently_valid: flag(notBefore <= at && at <= notAfter),
    is_wild_card: flag(matches && !domains.includes(domain)),
    cert_valid_not_after: notAfter,
  } as const;
}
