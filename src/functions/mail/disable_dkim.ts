import { defineFunction } from '../../core/define.ts';
import { disableDkim, lookForAuthentication } from '../../capabilities/mail/plans/change-authentication.ts';
import {
  domainsParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'disable_dkim',
  since: 78,
  summary: 'Disable DKIM, which signs mail, for domains.',
  description:
    'The TXT record is removed from the zone, and mail is no longer signed. The key stays, so that enable_dkim publishes the same record again.',
  destructive: 'Mail of the domains is no longer signed. Receivers may treat it as spam.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  params: { domain: domainsParam },
  returns: { payload: { list: { fields: outcomeFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Do not sign the mail of bob.example any longer.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  async handler({ domain }, context, found) {
    return { payload: await disableDkim(context, domain, found) };
  },
});
