import { defineUapi } from '../../core/define-uapi.ts';
import { ensureKeys, lookForAuthentication } from '../../capabilities/mail/plans/change-authentication.ts';
import {
  domainsParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::ensure_dkim_keys_exist',
  since: 78,
  summary: 'Generate DKIM keys for domains of the account that have none, or one that is too short.',
  description:
    'Keys with less than 2048 bits are replaced, and so are their records in the zones of this server. A new key does not sign mail before enable_dkim or validate_current_dkims enables it.',
  effect: 'operates',
  feature: 'emailauth',
  params: { domain: domainsParam },
  returns: { list: { fields: outcomeFields } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Generate a key for bob.example, to publish its record elsewhere.',
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain, { generates: 'short' }),

  handler: ({ domain }, context, found) => ensureKeys(context, domain, found),
});
