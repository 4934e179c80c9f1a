import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtServiceCertificate } from '../../life/driver/service-certificates/look-service-certificates.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import {
  certificatesByName,
  type CertificatesByName,
} from '../../capabilities/certificates/rules/by-name.ts';
import {
  bestDomain,
  bestDomainAnswer,
  bestDomainFields,
} from '../../capabilities/certificates/rules/best-domain.ts';
import { readServiceCertificate } from '../../capabilities/certificates/rules/service-certificate.ts';
import { assertOwn } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';

/** The services with a certificate of their own, by the names of the protocols. */
const services = { cpanel: 'cpanel', imap: 'dovecot', pop3: 'dovecot', smtp: 'exim' } as const;

export default defineUapi({
  name: 'SSL::get_cn_name',
  since: 42,
  summary: 'Show the domain that best fits a service’s certificate.',
  description:
    'For the settings of clients: the first of the domain itself, mail. and www. before it, the hostname, and other ' +
    'domains of the account, that the certificate of the service secures. Without any, it is the hostname. Mail services ' +
    'have a certificate of their own for each domain, if one is installed that is not self-signed.',
  effect: 'reads',
  params: {
    domain: { ...existingDomain, required: true, doc: 'A domain of the account.' },
    service: {
      type: 'string',
      required: true,
      values: ['cpanel', 'imap', 'pop3', 'smtp'],
      doc: 'The service: cpanel (this interface), imap, pop3 or smtp.',
    },
    add_mail_subdomain: {
      type: 'flag',
      default: 0,
      doc: '1: look for the domain with “mail.” before it.',
    },
  },
  emptyIsOmitted: true,
  returns: { fields: bestDomainFields },
  examples: [
    {
      args: { domain: 'bob.example', service: 'cpanel' },
      doc: 'The best name for this interface.',
      setUp: ['reset_service_ssl_certificate'],
    },
  ],

  look: ({ service }, { machine }) => lookAtServiceCertificate(machine, services[service]),

  async handler(args, { db, caller, system, now }, files) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    assertOwn(own, 'domain', args.domain);
    const hostname = system.hostname().toLowerCase();
    const domain = args.add_mail_subdomain ? `mail.${args.domain}` : args.domain;
    const ofNames: CertificatesByName =
      args.service === 'cpanel' ? new Map() : await certificatesByName(db, own.account, hostname);
    const name = [domain, `mail.${domain}`, `www.${domain}`].find((one) => ofNames.has(one)) ?? hostname;
    const { facts } = ofNames.get(name) ?? readServiceCertificate(files).certificate;
    const local = [own.account.domain, ...own.hosted.map((one) => one.domain)].filter((name) =>
      facts.domains.some((one) => one.replace(/^\*\./, '') === name),
    );
    const best = bestDomain({ domain, hostname, names: facts.domains, local });
    return bestDomainAnswer(best, facts, now());
  },
});
