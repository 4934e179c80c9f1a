import { checkForSite, installForSite } from '../../life/plans/install-certificate.ts';
import { defineApi2 } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import {
  bundleText,
  certificateText,
  EXAMPLE_CERTIFICATE,
  EXAMPLE_KEY,
  keyText,
  maskedWithKey,
} from '../../capabilities/certificates/rules/params.ts';
import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';

export default defineApi2({
  name: 'SSL::installssl',
  since: null,
  summary: 'Install a certificate for a website of the account.',
  description:
    'The certificate is checked first: its key, its chain, its dates and its domains. It replaces the certificate of the ' +
    'whole virtual host, so of the domain with all its aliases. The key is stored encrypted.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'sslinstall',
  params: {
    domain: { ...existingDomain, required: true, doc: 'A domain of the website.' },
    crt: { ...certificateText, ...maskedWithKey('crt'), required: true },
    key: { ...keyText, required: true },
    cabundle: {
      ...bundleText,
      ...maskedWithKey('cabundle'),
      doc: `${bundleText.doc} Default: the bundle of a stored certificate of the same issuer, if there is one.`,
    },
    user: {
      type: 'string',
      maxLength: 32,
      doc: 'The account.',
      noEffectReason: 'the website is always one of the account that calls.',
    },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      result: { type: 'flag', doc: '1 if it was done.' },
      output: { type: 'string', doc: 'What was done, or why it failed.' },
    },
  },
  failureRow: 'result output',
  examples: [
    {
      args: { domain: 'bob.example', crt: EXAMPLE_CERTIFICATE, key: EXAMPLE_KEY },
      doc: 'Install a certificate for bob.example.',
      fails: 'bad_param',
    },
  ],

  look: ({ domain, crt, key, cabundle: cab = '' }, context) =>
    checkForSite(context, (db) => ownSiteOf(db, context.caller, 'domain', domain), {
      ...{ crt, key, cab },
      bundleParam: 'cabundle',
    }),

  async handler({ domain }, context, checked) {
    const site = await ownSiteOf(context.db, context.caller, 'domain', domain);
    const { plan, answer } = await installForSite(context, site, checked);
    context.plan(plan);
    return [{ result: 1, output: answer.statusmsg }];
  },
});
