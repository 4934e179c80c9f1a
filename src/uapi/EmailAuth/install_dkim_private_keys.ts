import { defineUapi } from '../../core/define-uapi.ts';
import { enableDkim, lookForAuthentication } from '../../capabilities/mail/plans/change-authentication.ts';
import { pairsOf } from '../../capabilities/mail/rules/authentication/domains.ts';
import { readKey } from '../../capabilities/mail/rules/authentication/rsa.ts';
import {
  domainsParam,
  keyParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::install_dkim_private_keys',
  since: 78,
  summary: 'Install existing private keys as the DKIM keys of domains of the account.',
  description:
    'A key replaces that of the domain, and so does its record in the zone. If the zone is on another server, “msg” is the record to add there. Mail is signed once validate_current_dkims finds it.',
  effect: 'operates',
  feature: 'emailauth',
  params: { domain: domainsParam, key: keyParam },
  returns: { list: { fields: outcomeFields } },
  examples: [
    {
      args: { domain: 'bob.example', key: '-----BEGIN RSA PRIVATE KEY-----\n…' },
      doc: 'Use a key of another server. To keep the key out of the process list, use --file key=PATH.',
      fails: 'bad_param',
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  async handler({ domain, key }, context, found) {
    const domains = [...new Set(domain)];
    const keys = [...pairsOf(domains, 'key', key)].map(([one, pem]) => [one, readKey('key', pem)] as const);
    return enableDkim(context, domains, found, new Map(keys));
  },
});
