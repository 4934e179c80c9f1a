import { installCertificate } from '../../changes/install-certificate.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { existingDomain } from '../../model/accounts/names.ts';
import { checkCertificate } from '../../model/certificates/checked.ts';
import {
  bundleText,
  certificateText,
  EXAMPLE_CERTIFICATE,
  EXAMPLE_KEY,
  keyText,
  maskedWithKey,
} from '../../model/certificates/params.ts';
import { assertCovers, installationText } from '../../model/certificates/report.ts';
import { siteOf } from '../../model/certificates/site-of.ts';
import { chainsOf } from '../../model/certificates/stored.ts';
import { readCertificates } from '../../model/certificates/x509.ts';
import { rolesOf } from '../../model/roles/active-profile.ts';

export default defineFunction({
  name: 'installssl',
  since: 32,
  summary: 'Install a certificate for a site.',
  description:
    'The certificate is checked first: its key, its chain, its dates and its domains. It replaces the certificate of the ' +
    'whole virtual host, so of the domain with all its aliases. The key is stored encrypted.',
  access: ['ssl'],
  effect: 'operates',
  params: {
    domain: { ...existingDomain, required: true, doc: 'A domain of the site.' },
    crt: { ...certificateText, ...maskedWithKey('crt'), required: true },
    key: { ...keyText, required: true },
    cab: {
      ...bundleText,
      ...maskedWithKey('cab'),
      doc: `${bundleText.doc} Default: the bundle of a stored certificate of the same issuer, if there is one.`,
    },
    ip: { type: 'string', doc: 'The IP address of the site, to make sure that the domain has it.' },
  },
  emptyIsOmitted: true,
  returns: {
    action: { type: 'string', doc: 'Always “install”.' },
    aliases: { list: { type: 'string' }, doc: 'The other domains of the virtual host.' },
    domain: { type: 'string', doc: 'The given domain.' },
    extra_certificate_domains: {
      list: { type: 'string' },
      doc: 'The domains of the certificate that the virtual host does not have.',
    },
    html: { type: 'string', doc: 'The message in HTML.' },
    ip: { type: 'string', doc: 'The IP address of the account.' },
    message: { type: 'string', doc: 'What was done, in one sentence.' },
    servername: { type: 'string', doc: 'The domain that identifies the virtual host.' },
    status: { type: 'flag', doc: 'Always 1.' },
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
  },
  examples: [
    {
      args: { domain: 'bob.example', crt: EXAMPLE_CERTIFICATE, key: EXAMPLE_KEY },
      doc: 'Install a certificate for bob.example.',
      setUp: [
        {
          command: 'createacct',
          args: { username: 'bob', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
      ],
      fails: 'bad_param',
    },
  ],

  async look({ domain, crt, key, cab = '' }, { caller, now, transaction }) {
    const stored = await transaction('reads', async (db) => {
      await siteOf(db, caller, domain);
      if (cab !== '') return [];
      const [first] = readCertificates('crt', crt);
      return first === undefined ? [] : chainsOf(db, first.facts);
    });
    const issuers = stored.flatMap((chain) => readCertificates('cab', chain));
    return checkCertificate({ crt, key, cab }, now(), issuers);
  },

  async handler({ domain, ip }, context, checked) {
    const { caller, db, plan, system, warn } = context;
    const { account, host } = await siteOf(db, caller, domain);
    const { servername } = host;
    if (ip !== undefined && ip !== account.ip) {
      throw badParam(
        `The domain “${domain}” has the IP address ${account.ip}, and not the given one. Omit “ip”.`,
      );
    }
    const { working, unsecured, extra } = assertCovers(host, checked.certificate.facts);
    for (const warning of checked.warnings) warn(warning);
    plan(await installCertificate(context, account, servername, checked));
    const isServed = !system.isSandbox && (await rolesOf(context)).has('WebServer');
    const message = `The certificate was installed for “${servername}”.`;
    return {
      ...{ action: 'install', aliases: [...host.aliases], domain, servername, ip: account.ip },
      ...{ user: account.username, status: 1, message, html: `<p>${message}</p>` },
      statusmsg: installationText(host, isServed),
      working_domains: [...working],
      warning_domains: [...unsecured],
      extra_certificate_domains: [...extra],
    };
  },
});
