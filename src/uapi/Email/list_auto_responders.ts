import {
  assertOwnDomain,
  AUTORESPONDERS,
  domainParam,
  matchingMailboxes,
  ownMail,
  regexParam,
  ROLE,
  textOf,
} from '../../capabilities/mail/rules/email-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_auto_responders',
  since: 42,
  summary: 'List the automatic replies of a domain.',
  feature: AUTORESPONDERS,
  role: ROLE,
  effect: 'reads',
  params: { domain: { ...domainParam, required: true, doc: 'The domain.' }, regex: regexParam },
  returns: {
    list: {
      fields: {
        email: { type: 'string', doc: 'The mailbox.' },
        subject: { type: 'string', doc: 'The subject of the reply.' },
      },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'All automatic replies of bob.example.' }],

  async handler({ domain, regex }, context) {
    const owner = await ownMail(context);
    assertOwnDomain(owner, 'domain', domain);
    const matches = await matchingMailboxes(regex);
    const { autoresponders } = await readState(context.db, owner.account.username);
    return autoresponders
      .filter((one) => one.domain === domain)
      .map((one) => ({ email: textOf(one), subject: one.subject }))
      .filter(({ email }) => matches(email));
  },
});
