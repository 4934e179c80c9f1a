import { defineFunction } from '../../core/define.ts';
import { readMainLog } from '../../capabilities/mail/driver/tracking/look-main-log.ts';
import { KEPT, READ_FIRST, time } from '../../capabilities/mail/rules/tracking/form.ts';
import { lookAtNewMail } from '../../capabilities/mail/rules/tracking/read-log.ts';
import { pairsByUser } from '../../capabilities/mail/rules/tracking/statistics.ts';

export default defineFunction({
  name: 'get_unique_sender_recipient_count_per_user',
  since: 80,
  summary: 'List the number of different recipients of each account.',
  description:
    'Counts the pairs of a sender and a recipient: an address to which two addresses of an account have written ' +
    `counts twice. ${READ_FIRST}${KEPT} A reseller sees the accounts that it owns.`,
  access: ['track-email'],
  effect: 'reads',
  onlyMeasures: true,
  params: {
    start_time: { ...time, required: true, doc: 'The beginning of the period, as a Unix timestamp.' },
    end_time: { ...time, required: true, doc: 'The end of the period, as a Unix timestamp.' },
  },
  returns: {
    payload: {
      list: {
        fields: {
          unique_sender_recipient_count: { type: 'integer', doc: 'The number of pairs.' },
          user: { type: 'string', doc: 'The account.' },
        },
      },
      doc: 'The accounts that have sent messages, sorted.',
    },
  },
  list: 'payload',
  examples: [{ args: { start_time: '1764543600', end_time: '1764630000' }, doc: 'A day.' }],

  look: (_args, context) => lookAtNewMail(context, readMainLog),

  async handler({ start_time: start, end_time: end }, { db, caller }) {
    return { payload: await pairsByUser(db, caller, { start, end }) };
  },
});
