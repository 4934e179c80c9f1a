import { defineFunction } from '../../core/define.ts';
import { lookAtServiceCertificate, serviceNames } from '../../drivers/service-certificates/look.ts';
import { find } from '../../model/accounts/accounts.ts';
import { bestDomain } from '../../model/certificates/best-domain.ts';
import { readServiceCertificate } from '../../model/certificates/service-certificate.ts';
import { findDomain } from '../../model/domains/hosted-domains.ts';

export default defineFunction({
  name: 'get_best_ssldomain_for_service',
  since: 56,
  summary: 'Show the domain that best fits a service’s certificate.',
  description:
    'For clients of the caller, whose domain is that of the caller’s account, or else the hostname of the server: the first of ' +
    'the domain itself, mail. and www. before it, the hostname, and domains of accounts, that the certificate of the service secures.',
  access: 'any',
  effect: 'reads',
  params: {
    service: {
      type: 'string',
      required: true,
      values: serviceNames,
      doc: 'The service: cpanel (whmapi1d), or dovecot if it is installed. No others are managed yet.',
    },
  },
  returns: {
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
  },
  examples: [
    {
      args: { service: 'cpanel' },
      doc: 'The best name for WHM’s API and page.',
      setUp: [{ command: 'reset_service_ssl_certificate', args: { service: 'cpanel' } }],
    },
  ],

  look: ({ service }, { machine }) => lookAtServiceCertificate(machine, service),

  async handler({ service }, { db, caller, system, now, inform }, files) {
    const { facts } = readServiceCertificate(files).certificate;
    const hostname = system.hostname().toLowerCase();
    const domain = (await find(db, caller.user))?.domain ?? hostname;
    const plain = [...new Set(facts.domains.map((name) => name.replace(/^\*\./, '')))];
    const local: string[] = [];
    for (const name of plain) if ((await findDomain(db, name)) !== undefined) local.push(name);
    const best = bestDomain({ domain, hostname, names: facts.domains, local });
    const matches = best.method !== 'none';
    if (!matches) inform(`The certificate of “${service}” secures neither “${domain}” nor “${hostname}”.`);
    const at = Math.floor(now() / 1000);
    return {
      ssldomain: best.domain,
      ssldomain_matches_cert: matches ? 1 : 0,
      cert_match_method: best.method,
      is_self_signed: facts.isSelfSigned || !matches ? 1 : 0,
      is_currently_valid: facts.notBefore <= at && at <= facts.notAfter ? 1 : 0,
      is_wild_card: matches && !facts.domains.includes(best.domain) ? 1 : 0,
      cert_valid_not_after: facts.notAfter,
    };
  },
});
