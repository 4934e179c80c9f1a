import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { listOf } from '../../capabilities/domains/rules/hosted-domains.ts';
import { endMailSessions } from '../../capabilities/mail/plans/clean-mailbox.ts';
import { domainsOf } from '../../capabilities/mail/rules/desired.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'terminate_cpuser_mailbox_sessions',
  since: 90,
  summary: 'End the sessions of IMAP and POP3 of an account and its mailboxes.',
  description: 'Clients can log in again.',
  destructive:
    'Mail programs are disconnected, and what they are sending or loading is interrupted. No mail is lost.',
  access: ['suspend-acct'],
  role: ROLE,
  effect: 'operates',
  params: { username: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: null,
  examples: [
    {
      args: { username: 'bob' },
      doc: 'All sessions of bob.',
      setUp: ['createacct'],
    },
  ],

  async handler({ username }, { db, caller, plan }) {
    const account = await accounts.get(db, caller, username);
    plan(endMailSessions(username, domainsOf(account, await listOf(db, username))));
  },
});
