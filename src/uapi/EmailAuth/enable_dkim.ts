import { defineUapi } from '../../core/define-uapi.ts';
import { enableDkim, lookForAuthentication } from '../../capabilities/mail/plans/change-authentication.ts';
import {
  domainsParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::enable_dkim',
  since: 78,
  summary: 'Enable DKIM, which signs mail, for domains of the account.',
  description:
    'A domain without a key gets one, of 2048 bits. Its public half is published in the zone as the TXT record default._domainkey.DOMAIN. If the zone is on another server, “msg” is the record to add there. Mail is signed once validate_current_dkims finds it.',
  effect: 'operates',
  feature: 'emailauth',
  params: { domain: domainsParam },
  returns: { list: { fields: outcomeFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Sign the mail of bob.example.' }],

  look: ({ domain }, context) => lookForAuthentication(context, domain, { generates: 'missing' }),

  handler: ({ domain }, context, found) => enableDkim(context, domain, found),
});
