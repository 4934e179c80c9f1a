import { defineFunction } from '../../core/define.ts';
import { enableDkim, lookForAuthentication } from '../../capabilities/mail/plans/change-authentication.ts';
import { pairsOf } from '../../capabilities/mail/rules/authentication/domains.ts';
import { readKey } from '../../capabilities/mail/rules/authentication/rsa.ts';
import {
  domainsParam,
  keyParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'install_dkim_private_keys',
  since: 78,
  summary: 'Install existing private keys as the DKIM keys of domains.',
  description:
    'A key replaces that of the domain, and so does its record in the zone. If the zone is on another server, “msg” is the record to add there. Mail is signed once validate_current_dkims finds it.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  params: { domain: domainsParam, key: keyParam },
  returns: { payload: { list: { fields: outcomeFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example', key: '-----BEGIN RSA PRIVATE KEY-----\n…' },
      doc: 'Use a key of another server. To keep the key out of the process list, use --file key=PATH.',
      fails: 'bad_param',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  async handler({ domain, key }, context, found) {
    const domains = [...new Set(domain)];
    const keys = [...pairsOf(domains, 'key', key)].map(([one, pem]) => [one, readKey('key', pem)] as const);
    return { payload: await enableDkim(context, domains, found, new Map(keys)) };
  },
});
