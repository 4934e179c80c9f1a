// Which name a client should use for a service, so that the service’s certificate fits it.
import { isCovered } from './domains.ts';

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
