import { defineFunction } from '../../core/define.ts';
import { readQueue } from '../../capabilities/mail/driver/queue/look-queue.ts';
import { leaveItems } from '../../ground/rules/long-list.ts';
import { accountsAmong } from '../../capabilities/mail/rules/queue/accounts.ts';
import { pageByName } from '../../capabilities/mail/rules/queue/page.ts';
import type { QueuedMessage } from '../../capabilities/mail/rules/queue/queued-message.ts';

export default defineFunction({
  name: 'fetch_mail_queue',
  since: 11,
  summary: 'List the messages in the mail queue.',
  description:
    'Also lists the messages of accounts whose outgoing mail is held. A message that Exim delivers at this moment may ' +
    'be missing.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    records: {
      list: {
        fields: {
          frozen: { type: 'flag', doc: '1 if Exim makes no further attempt by itself.' },
          msgid: { type: 'string', doc: 'Exim’s ID of the message.' },
          recipients: { list: { type: 'string' }, doc: 'The addresses that still wait for it.' },
          sender: { type: 'string', doc: 'The address of the sender; empty for a bounce.' },
          size: { type: 'integer', doc: 'The size in bytes.' },
          time: { type: 'integer', doc: 'When it arrived, as a Unix timestamp.' },
          user: {
            type: 'string|null',
            doc: 'The account that sent it; null for mail of other servers and of the server itself.',
          },
        },
      },
      doc: 'The messages, the oldest first.',
    },
  },
  list: 'records',
  columns: ['msgid', 'time', 'size', 'frozen', 'user', 'sender', 'recipients'],
  examples: [{ args: {}, doc: 'All messages.' }],

  look: (_args, context) => readQueue(context, (names) => pageByName(names, context.listQuery)),

  async handler(_args, context, { messages, counts }) {
    const known = await accountsAmong(
      context.db,
      messages.map(({ owner, login }) => owner ?? login),
    );
    const recordOf = ({ msgid, recipients, sender, size, time, isFrozen, owner, login }: QueuedMessage) => {
      const user = owner ?? login;
      return {
        ...{ frozen: isFrozen ? 1 : 0, msgid, recipients: [...recipients], sender, size, time },
        user: known.has(user) ? user : null,
      };
    };
    if (counts !== undefined) context.reportCounts(counts);
    else if (leaveItems(context, messages, recordOf)) return { records: [] };
    return { records: messages.map(recordOf) };
  },
});
