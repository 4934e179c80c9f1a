import { defineFunction } from '../../core/define.ts';
import { enableDkim, lookForAuthentication } from '../../capabilities/mail/plans/change-authentication.ts';
import {
  domainsParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'enable_dkim',
  since: 78,
  summary: 'Enable DKIM, which signs mail, for domains.',
  description:
    'A domain without a key gets one, of 2048 bits. Its public half is published in the zone as the TXT record default._domainkey.DOMAIN. If the zone is on another server, “msg” is the record to add there. Mail is signed once validate_current_dkims finds it.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  params: { domain: domainsParam },
  returns: { payload: { list: { fields: outcomeFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Sign the mail of bob.example.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain, { generates: 'missing' }),

  async handler({ domain }, context, found) {
    return { payload: await enableDkim(context, domain, found) };
  },
});
