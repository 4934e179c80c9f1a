import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { ROLE, textOf } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'list_pops_for',
  since: 50,
  summary: 'List the mailboxes of an account.',
  access: ['list-accts'],
  role: ROLE,
  effect: 'reads',
  params: { user: { ...existingAccount, required: true, doc: 'The account.' } },
  returns: {
    pops: { list: { type: 'string' }, doc: 'Their addresses. The account’s own mailbox has none.' },
  },
  examples: [
    {
      args: { user: 'bob' },
      doc: 'The mailboxes of bob.',
      setUp: ['createacct'],
    },
  ],

  async handler({ user }, { db, caller }) {
    const { username } = await accounts.get(db, caller, user);
    return { pops: (await readState(db, username)).mailboxes.map(textOf).sort() };
  },
});
