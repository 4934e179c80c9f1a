import { checkForSite, installForSite } from '../../life/plans/install-certificate.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { certificateId, keyId } from '../../capabilities/certificates/rules/ids.ts';
import {
  bundleText,
  certificateText,
  EXAMPLE_CERTIFICATE,
  EXAMPLE_KEY,
  keyText,
  maskedWithKey,
} from '../../capabilities/certificates/rules/params.ts';
import { installationFields } from '../../capabilities/certificates/rules/report.ts';
import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';

const ofStore = {
  type: 'string',
  maxLength: 65_535,
  doc: 'Of certificates from cPanel’s store.',
  noEffectReason: 'this server has no store of certificates.',
} as const;

export default defineUapi({
  name: 'SSL::install_ssl',
  since: 42,
  summary: 'Install a certificate for a website of the account.',
  description:
    'The certificate is checked first: its key, its chain, its dates and its domains. It replaces the certificate of the ' +
    'whole virtual host, so of the domain with all its aliases. The key is stored encrypted.',
  effect: 'operates',
  role: 'WebServer',
  feature: 'sslinstall',
  params: {
    domain: { ...existingDomain, required: true, doc: 'A domain of the website.' },
    cert: { ...certificateText, ...maskedWithKey('cert'), required: true },
    key: { ...keyText, doc: `${keyText.doc} Default: the stored key of the certificate.` },
    cabundle: {
      ...bundleText,
      ...maskedWithKey('cabundle'),
      doc: `${bundleText.doc} Default: the bundle of a stored certificate of the same issuer, if there is one.`,
    },
    domain_dcv_method: ofStore,
    order_item_id: ofStore,
    originating_certificate_id: ofStore,
    parent_cert_expiry: ofStore,
    vhost_names: { ...ofStore, list: true },
  },
  emptyIsOmitted: true,
  returns: {
    fields: {
      ...installationFields,
      cert_id: { type: 'string', doc: 'The ID of the certificate.' },
      key_id: { type: 'string', doc: 'The ID of its key.' },
    },
  },
  examples: [
    {
      args: { domain: 'bob.example', cert: EXAMPLE_CERTIFICATE, key: EXAMPLE_KEY },
      doc: 'Install a certificate for bob.example.',
      fails: 'bad_param',
    },
  ],

  look: ({ domain, cert: crt, key, cabundle: cab = '' }, context) =>
    checkForSite(context, (db) => ownSiteOf(db, context.caller, 'domain', domain), {
      ...{ crt, key, cab },
      ...{ certificateParam: 'cert', bundleParam: 'cabundle' },
    }),

  async handler({ domain }, context, checked) {
    const site = await ownSiteOf(context.db, context.caller, 'domain', domain);
    const { plan, answer } = await installForSite(context, site, checked);
    context.plan(plan);
    const { facts } = checked.certificate;
    return { ...answer, domain, cert_id: certificateId(facts), key_id: keyId(facts.key) };
  },
});
