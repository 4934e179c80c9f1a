import { lookAtFolders } from '../../capabilities/mail/driver/dovecot/look-mailboxes.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { mailboxUser, mailboxUserParam } from '../../capabilities/mail/rules/mailbox-user.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'get_mailbox_status',
  since: 58,
  summary:
    'Show the number and the size of the messages in each folder of a mailbox, by the name of the folder.',
  access: ['list-accts'],
  role: ROLE,
  effect: 'calls',
  onlyMeasures: true,
  params: { account: { ...mailboxUserParam, actsOn: false } },
  returns: {
    keys: 'FOLDER',
    map: {
      fields: {
        guid: { type: 'string', doc: 'The ID of the folder.' },
        messages: { type: 'integer', doc: 'The number of messages.' },
        vsize: { type: 'integer', doc: 'Their size in bytes, as clients download them.' },
      },
    },
  },
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
    return Object.fromEntries(
      folders.map(({ name, guid, messages, size }) => [name, { guid, messages, vsize: size }]),
    );
  },
});
