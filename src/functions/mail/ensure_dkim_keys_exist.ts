import { defineFunction } from '../../core/define.ts';
import { ensureKeys, lookForAuthentication } from '../../capabilities/mail/plans/change-authentication.ts';
import {
  domainsParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'ensure_dkim_keys_exist',
  since: 78,
  summary: 'Generate DKIM keys for domains that have none, or one that is too short.',
  description:
    'Keys with less than 2048 bits are replaced, and so are their records in the zones of this server. A new key does not sign mail before enable_dkim or validate_current_dkims enables it.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  params: { domain: domainsParam },
  returns: { payload: { list: { fields: outcomeFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Generate a key for bob.example, to publish its record elsewhere.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain, { generates: 'short' }),

  async handler({ domain }, context, found) {
    return { payload: await ensureKeys(context, domain, found) };
  },
});
