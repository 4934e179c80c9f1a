import { checkForSite, installForSite } from '../../life/plans/install-certificate.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import {
  bundleText,
  certificateText,
  EXAMPLE_CERTIFICATE,
  EXAMPLE_KEY,
  keyText,
  maskedWithKey,
} from '../../capabilities/certificates/rules/params.ts';
import { installationFields } from '../../capabilities/certificates/rules/report.ts';
import { siteOf } from '../../capabilities/certificates/rules/site-of.ts';

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
    crt: { ...certificateText, ...maskedWithKey('crt'), required: true, alias: ['cert'] },
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
    ...installationFields,
    aliases: { list: { type: 'string' }, doc: 'The other domains of the virtual host.' },
    servername: { type: 'string', doc: 'The domain that identifies the virtual host.' },
    status: { type: 'flag', doc: 'Always 1.' },
  },
  examples: [
    {
      args: { domain: 'bob.example', crt: EXAMPLE_CERTIFICATE, key: EXAMPLE_KEY },
      doc: 'Install a certificate for bob.example.',
      setUp: ['createacct'],
      fails: 'bad_param',
    },
  ],

  look: ({ domain, crt, key, cab = '' }, context) =>
    checkForSite(context, (db) => siteOf(db, context.caller, domain), { crt, key, cab }),

  async handler({ domain, ip }, context, checked) {
    const { caller, db } = context;
    const site = await siteOf(db, caller, domain);
    if (ip !== undefined && ip !== site.account.ip) {
      throw badParam(
        `The domain “${domain}” has the IP address ${site.account.ip}, and not the given one. Omit “ip”.`,
      );
    }
    const { plan, answer } = await installForSite(context, site, checked);
    context.plan(plan);
    const { servername, aliases } = site.host;
    return { ...answer, aliases: [...aliases], domain, servername, status: 1 };
  },
});
