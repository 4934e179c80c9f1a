import { defineUapi } from '../../core/define-uapi.ts';
import { lookForAuthentication, setTexts } from '../../capabilities/mail/plans/change-authentication.ts';
import * as dmarc from '../../capabilities/mail/rules/authentication/dmarc-record.ts';
import {
  optionalDomainsParam,
  outcomeFields,
} from '../../capabilities/mail/rules/authentication/authentication-form.ts';

export default defineUapi({
  name: 'EmailAuth::remove_dmarc',
  since: 124,
  summary: 'Remove the DMARC records of domains of the account.',
  destructive: 'The policy of the domains is lost. It can be set again with apply_dmarc.',
  effect: 'operates',
  feature: 'emailauth',
  params: { domain: optionalDomainsParam },
  returns: { list: { fields: outcomeFields } },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Publish no policy for mail of bob.example.' }],

  look: ({ domain }, context) => lookForAuthentication(context, domain),

  async handler({ domain }, context, found) {
    const textsOf = () => (name: string) => ({
      name: dmarc.nameOf(name),
      isReplaced: dmarc.isDmarc,
      text: undefined,
    });
    return setTexts(context, domain, textsOf, found);
  },
});
