import { expungeMessages } from '../../capabilities/mail/plans/clean-mailbox.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { queryParam, readQuery } from '../../capabilities/mail/rules/mailbox-query.ts';
import { guidParam, mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'expunge_messages_for_mailbox_guid',
  since: 64,
  summary: 'Remove the messages that match a search from a folder, identified by its ID.',
  description: 'Dovecot checks the query before anything is removed.',
  destructive: 'The messages are removed for good. Only a backup has them.',
  access: 'root',
  role: ROLE,
  effect: 'operates',
  params: { account: mailboxUserParam, mailbox_guid: guidParam, query: queryParam },
  returns: null,
  examples: [
    {
      args: { account: 'bob', mailbox_guid: '8f8c01a1b2c3d4e5f60718293a4b5c6d', query: 'savedbefore 52w' },
      doc: 'What came more than a year ago.',
      setUp: ['createacct'],
      fails: 'host_failed',
    },
  ],

  async handler({ account, mailbox_guid, query }, context) {
    const user = await mailboxUser(context, account);
    context.plan(expungeMessages(user, { guid: mailbox_guid }, readQuery(query)));
  },
});
