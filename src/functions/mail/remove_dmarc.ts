import { defineFunction } from '../../core/define.ts';
import { lookForAuthentication, setTexts } from '../../capabilities/mail/plans/change-authentication.ts';
import * as dmarc from '../../capabilities/mail/rules/authentication/dmarc-record.ts';
import {
  optionalDomainsParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineFunction({
  name: 'remove_dmarc',
  since: 124,
  summary: 'Remove the DMARC records of domains.',
  destructive: 'The policy of the domains is lost. It can be set again with apply_dmarc.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  params: { domain: optionalDomainsParam },
  returns: { payload: { list: { fields: outcomeFields }, doc: 'The domains in the order of the call.' } },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Publish no policy for mail of bob.example.',
      setUp: ['createacct'],
    },
  ],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  async handler({ domain }, context, found) {
    const textsOf = () => (name: string) => ({
      name: dmarc.nameOf(name),
      isReplaced: dmarc.isDmarc,
      text: undefined,
    });
    return { payload: await setTexts(context, domain, textsOf, found) };
  },
});
