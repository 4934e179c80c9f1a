import { expungeMessages } from '../../capabilities/mail/plans/clean-mailbox.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { queryParam, readQuery } from '../../capabilities/mail/rules/mailbox-query.ts';
import { folderParam, mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'expunge_mailbox_messages',
  since: 58,
  summary: 'Remove the messages of a folder that match a search.',
  description: 'Dovecot checks the query before anything is removed.',
  destructive: 'The messages are removed for good. Only a backup has them.',
  access: 'root',
  role: ROLE,
  effect: 'operates',
  params: { account: mailboxUserParam, mailbox: folderParam, query: queryParam },
  returns: null,
  examples: [
    {
      args: { account: 'bob', mailbox: 'INBOX', query: 'savedbefore 52w' },
      doc: 'What came more than a year ago.',
      setUp: ['createacct'],
      fails: 'host_failed',
    },
  ],

  async handler({ account, mailbox, query }, context) {
    const user = await mailboxUser(context, account);
    context.plan(expungeMessages(user, { name: mailbox }, readQuery(query)));
  },
});
