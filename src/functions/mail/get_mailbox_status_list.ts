import { lookAtFolders } from '../../capabilities/mail/driver/dovecot/look-mailboxes.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { folderRow, mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'get_mailbox_status_list',
  since: 64,
  summary: 'List the folders of a mailbox, with the number and the size of their messages.',
  access: ['list-accts'],
  role: ROLE,
  effect: 'calls',
  onlyMeasures: true,
  params: { account: { ...mailboxUserParam, actsOn: false } },
  returns: { mailboxes: { list: folderRow, doc: 'The folders.' } },
  list: 'mailboxes',
  examples: [
    {
      args: { account: 'bob' },
      doc: 'The folders of the account’s own mailbox.',
      setUp: ['createacct'],
      fails: 'host_failed',
    },
  ],

  async handler({ account }, { machine, transaction, caller }) {
    const user = await transaction('reads', (db) => mailboxUser({ db, caller }, account));
    const folders = await lookAtFolders(machine, user);
    return {
      mailboxes: folders.map(({ name, guid, messages, size }) => ({
        mailbox: name,
        guid,
        messages,
        vsize: size,
      })),
    };
  },
});
