import { defineFunction } from '../../core/define.ts';
import {
  lookAtServiceCertificate,
  serviceNames,
} from '../../life/driver/service-certificates/look-service-certificates.ts';
import { find } from '../../capabilities/accounts/rules/accounts.ts';
import {
  bestDomain,
  bestDomainAnswer,
  bestDomainFields,
} from '../../capabilities/certificates/rules/best-domain.ts';
import { readServiceCertificate } from '../../capabilities/certificates/rules/service-certificate.ts';
import { findDomain } from '../../capabilities/domains/rules/hosted-domains.ts';

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
      doc: 'The service: cpanel (whmapi1d), exim, dovecot or ftp (ProFTPD), if the server has it.',
    },
  },
  returns: bestDomainFields,
  examples: [
    {
      args: { service: 'cpanel' },
      doc: 'The best name for WHM’s API and page.',
      setUp: ['reset_service_ssl_certificate'],
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
    if (best.method === 'none')
      inform(`The certificate of “${service}” secures neither “${domain}” nor “${hostname}”.`);
    return bestDomainAnswer(best, facts, now());
  },
});
