import { defineUapi } from '../../core/define-uapi.ts';
import * as ofAutossl from '../../capabilities/certificates/rules/autossl/certificates.ts';
import { DISPLAY_NAME, LETS_ENCRYPT } from '../../capabilities/certificates/rules/autossl/settings.ts';
import { installedAnswer, installedFields } from '../../capabilities/certificates/rules/facts.ts';
import { siteAnswer, siteFields } from '../../capabilities/certificates/rules/site-answers.ts';
import { listSites } from '../../capabilities/certificates/rules/sites.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineUapi({
  name: 'SSL::installed_hosts',
  since: 42,
  summary: 'List the account’s websites with certificates.',
  effect: 'reads',
  params: {},
  returns: {
    list: {
      fields: {
        ...siteFields,
        fqdns: { list: { type: 'string' }, doc: 'The same as domains.' },
        certificate: {
          fields: {
            ...installedFields,
            is_autossl: { type: 'flag', doc: 'Whether AutoSSL installed it.' },
            auto_ssl_provider: {
              type: 'string|null',
              doc: 'The provider of AutoSSL; null if AutoSSL did not install it.',
            },
            auto_ssl_provider_display_name: {
              type: 'string|null',
              doc: 'The name of the provider for people; null if AutoSSL did not install it.',
            },
          },
        },
        certificate_text: { type: 'string', doc: 'The certificate in PEM.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All websites with certificates.' }],

  async handler(_args, context) {
    const { db, caller } = context;
    const roles = await rolesOf(context);
    const ours = await ofAutossl.ofUser(db, caller.user);
    const rows = [];
    for (const listed of await listSites(db, caller)) {
      const { host, certificate } = listed;
      const site = siteAnswer(listed, roles);
      const isAutossl = ours.get(host.servername)?.fingerprint === certificate.facts.digest;
      rows.push({
        ...site,
        fqdns: site.domains,
        certificate: {
          ...installedAnswer(certificate),
          is_autossl: Number(isAutossl),
          auto_ssl_provider: isAutossl ? LETS_ENCRYPT : null,
          auto_ssl_provider_display_name: isAutossl ? DISPLAY_NAME : null,
        },
        certificate_text: certificate.pem,
      });
    }
    return rows;
  },
});
