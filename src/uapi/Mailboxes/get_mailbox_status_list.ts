import { lookAtFolders } from '../../capabilities/mail/driver/dovecot/look-mailboxes.ts';
import { MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { folderRow, mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Mailboxes::get_mailbox_status_list',
  since: 64,
  summary: 'List the folders of a mailbox, with the number and the size of their messages.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'calls',
  onlyMeasures: true,
  params: { account: mailboxUserParam },
  returns: { list: folderRow },
  examples: [{ args: { account: 'bob' }, doc: 'The account’s own mailbox.', fails: 'host_failed' }],

  async handler({ account }, { machine, transaction, caller }) {
    const user = await transaction('reads', (db) => mailboxUser({ db, caller }, account));
    const folders = await lookAtFolders(machine, user);
    return folders.map(({ name, guid, messages, size }) => ({ mailbox: name, guid, messages, vsize: size }));
  },
});
