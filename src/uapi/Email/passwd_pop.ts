import { lookForPassword, setMailboxPassword } from '../../capabilities/mail/plans/own-mail/mailboxes.ts';
import { domainParam, emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { password as passwordParam } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Email::passwd_pop',
  since: 42,
  summary: 'Set the password of a mailbox.',
  description: 'It is valid at once, and the sessions of the mailbox end.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: {
    email: { ...emailParam, required: true },
    password: { ...passwordParam, required: true },
    domain: domainParam,
  },
  returns: null,
  examples: [
    {
      args: { email: 'sales', domain: 'bob.example', password: 'another horse battery staple 8' },
      doc: 'A new password for sales@bob.example.',
      setUp: ['Email::add_pop'],
    },
  ],

  look: ({ email, password }, context) => lookForPassword(context, email, password),

  async handler({ email, domain, password }, context, found) {
    context.plan(await setMailboxPassword(context, { email, domain, password }, found));
  },
});
