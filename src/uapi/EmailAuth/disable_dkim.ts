import { defineUapi } from '../../core/define-uapi.ts';
import { disableDkim, lookForAuthentication } from '../../capabilities/mail/plans/change-authentication.ts';
import {
  domainsParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::disable_dkim',
  since: 78,
  summary: 'Disable DKIM, which signs mail, for domains of the account.',
  description:
    'The TXT record is removed from the zone, and mail is no longer signed. The key stays, so that enable_dkim publishes the same record again.',
  destructive: 'Mail of the domains is no longer signed. Receivers may treat it as spam.',
  effect: 'operates',
  feature: 'emailauth',
  params: { domain: domainsParam },
  returns: { list: { fields: outcomeFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Do not sign the mail of bob.example any longer.' }],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  handler: ({ domain }, context, found) => disableDkim(context, domain, found),
});
