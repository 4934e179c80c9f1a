import { endMailSessions } from '../../capabilities/mail/plans/clean-mailbox.ts';
import { MAILBOXES, ownMail, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::terminate_mailbox_sessions',
  since: 96,
  summary: 'End the sessions of IMAP and POP3 of the account and its mailboxes.',
  description: 'Clients can log in again.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'All sessions.' }],

  async handler(_args, context) {
    const { account, domains } = await ownMail(context);
    context.plan(endMailSessions(account.username, domains));
  },
});
