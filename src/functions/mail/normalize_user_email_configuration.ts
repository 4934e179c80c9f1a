import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { normalizeMail } from '../../capabilities/mail/plans/normalize-mail.ts';

export default defineFunction({
  name: 'normalize_user_email_configuration',
  since: 88,
  summary: 'Repair what the mail servers know of an account.',
  description:
    'The store says what that is: domains, mailboxes, forwarders, limits, DKIM keys, filters. A file that is missing is ' +
    'written again. One that was edited by hand is never replaced: the reason names it. Messages are not touched.',
  access: 'root',
  role: ROLE,
  effect: 'operates',
  params: { username: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: null,
  examples: [
    {
      args: { username: 'bob' },
      doc: 'Repair the mail of bob.',
      setUp: ['createacct'],
    },
  ],

  async handler({ username }, context) {
    context.plan(await normalizeMail(context, username));
  },
});
