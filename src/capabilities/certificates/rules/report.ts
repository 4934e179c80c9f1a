// What installssl answers about the domains of a virtual host and of its new certificate.
import { namesOf, type Named } from '../../domains/rules/virtual-hosts.ts';
import type { Field } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { isCovered } from './domains.ts';
import type { CertificateFacts } from './facts.ts';

/** The fields of a response to an installation. */
export const installationFields = {
  action: { type: 'string', doc: 'Always “install”.' },
  domain: { type: 'string', doc: 'The given domain.' },
  extra_certificate_domains: {
    list: { type: 'string' },
    doc: 'The domains of the certificate that the virtual host does not have.',
  },
  html: { type: 'string', doc: 'The message in HTML.' },
  ip: { type: 'string', doc: 'The IP address of the account.' },
  message: { type: 'string', doc: 'What was done, in one sentence.' },
  statusmsg: { type: 'string', doc: 'What was done, one fact in each line.' },
  user: { type: 'string', doc: 'The account.' },
  warning_domains: {
    list: { type: 'string' },
    doc: 'The domains of the virtual host that the certificate does not secure.',
  },
  working_domains: {
    list: { type: 'string' },
    doc: 'The domains of the virtual host that the certificate secures.',
  },
} as const satisfies Record<string, Field>;

export interface Coverage {
  /** The domains of the virtual host that the certificate secures, and those that it does not. */
  readonly working: readonly string[];
  readonly unsecured: readonly string[];
  /** The certificate's domains that the virtual host does not have. */
  readonly extra: readonly string[];
}

function coverageOf(host: Named, { domains }: CertificateFacts): Coverage {
  const own = namesOf(host);
  return {
    working: own.filter((domain) => isCovered(domain, domains)),
    unsecured: own.filter((domain) => !isCovered(domain, domains)),
    extra: domains.filter((name) => !own.some((domain) => isCovered(domain, [name]))),
  };
}

/** @throws ApiError `bad_param` if the certificate secures none of the virtual host's domains. */
export function assertCovers(host: Named, facts: CertificateFacts): Coverage {
  const coverage = coverageOf(host, facts);
  if (coverage.working.length > 0) return coverage;
  const { domains } = facts;
  const names = domains.slice(0, 5).map(quote).join(', ');
  const secured = domains.length === 0 ? 'no domain' : `${names}${domains.length > 5 ? ', …' : ''}`;
  throw badParam(
    `The certificate does not match the domain ${quote(host.servername)}: it secures ${secured}. Install it for a domain ` +
      'that it secures, or request one for this domain.',
  );
}

/** The texts of WHM, which scripts match. */
export function installationText({ servername, aliases }: Named, isReloaded: boolean): string {
  const names = aliases.length === 0 ? '' : ` (${aliases.join(' ')})`;
  return [
    'Certificate successfully installed.',
    `Finished SSL Install Process for ${servername}${names}.`,
    ...(isReloaded ? ['Apache successfully restarted.'] : []),
    '',
  ].join('\n');
}
