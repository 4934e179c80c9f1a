import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { hostName } from '../../ground/rules/accounts/names.ts';
import { renewalOf } from '../../capabilities/certificates/rules/autossl/renewal.ts';

export default defineUapi({
  name: 'SSL::get_autossl_renewal_status',
  since: 134,
  summary: 'Check whether AutoSSL will renew the certificate of a domain.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'autossl',
  params: {
    domain: { ...hostName, required: true, doc: 'A name of the account: bob.example or www.bob.example.' },
  },
  returns: {
    fields: {
      has_problems: { type: 'flag', doc: 'Whether the name could not be validated.' },
      is_active: { type: 'flag', doc: 'Whether AutoSSL is enabled on this server.' },
      is_excluded: { type: 'flag', doc: 'Whether the name is excluded from AutoSSL.' },
      will_renew: {
        type: 'flag',
        doc: 'Whether AutoSSL installed the present certificate and will renew it for the name.',
      },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The main domain.' }],

  handler: async ({ domain }, { db, caller }) => renewalOf(db, await accounts.getOwn(db, caller), domain),
});
