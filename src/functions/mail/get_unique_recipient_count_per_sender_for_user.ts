import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { readMainLog } from '../../capabilities/mail/driver/tracking/look-main-log.ts';
import { KEPT, READ_FIRST, time } from '../../capabilities/mail/rules/tracking/form.ts';
import { lookAtNewMail } from '../../capabilities/mail/rules/tracking/read-log.ts';
import { recipientsBySender } from '../../capabilities/mail/rules/tracking/statistics.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'get_unique_recipient_count_per_sender_for_user',
  since: 80,
  summary: 'Show the number of recipients of each sender of an account.',
  description: `Each address counts once, however many messages it was sent. ${READ_FIRST}${KEPT}`,
  access: ['track-email'],
  effect: 'reads',
  onlyMeasures: true,
  params: {
    user: { ...existingAccount, required: true, actsOn: false, doc: 'The account.' },
    start_time: { ...time, required: true, doc: 'The beginning of the period, as a Unix timestamp.' },
    end_time: { ...time, required: true, doc: 'The end of the period, as a Unix timestamp.' },
  },
  returns: {
    payload: {
      list: {
        fields: {
          sender: { type: 'string', doc: 'The address of the sender.' },
          unique_recipient_count: { type: 'integer', doc: 'The number of its recipients.' },
        },
      },
      doc: 'The senders, sorted.',
    },
  },
  list: 'payload',
  examples: [
    {
      args: { user: 'bob', start_time: '1764543600', end_time: '1764630000' },
      doc: 'The senders of the account “bob” on a day.',
      setUp: ['createacct'],
    },
  ],

  look: (_args, context) => lookAtNewMail(context, readMainLog),

  async handler({ user, start_time: start, end_time: end }, { db, caller }) {
    await accounts.assertVisible(db, caller, user);
    return { payload: await recipientsBySender(db, { user, start, end }) };
  },
});
