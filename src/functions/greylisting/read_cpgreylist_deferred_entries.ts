import { defineFunction } from '../../core/define.ts';
import { readTriplets } from '../../capabilities/mail/driver/greylisting/look-triplets.ts';
import { formatTime } from '../../capabilities/mail/rules/greylisting/form.ts';

const time = (doc: string) => ({ type: 'string', doc }) as const;

export default defineFunction({
  name: 'read_cpgreylist_deferred_entries',
  since: 50,
  summary: 'List the senders whose mail greylisting has deferred.',
  description:
    'Each record is a triplet: the network of the sending server, the sender and the recipient. Also lists those that ' +
    'were accepted later, until they expire. Times are in the server’s time zone: YYYY-MM-DD HH:MM:SS.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    greylist_deferred_entries: {
      list: {
        fields: {
          accepted_count: { type: 'integer', doc: 'How often its mail was accepted.' },
          block_exp_time: time('Its mail is accepted from this time on.'),
          create_time: time('When its first mail came.'),
          deferred_count: { type: 'integer', doc: 'How often its mail was deferred.' },
          from_addr: { type: 'string', doc: 'The sender; empty for bounces.' },
          id: { type: 'integer', doc: 'The number of the record.' },
          must_retry_by: time('If it does not come again before, it counts as a first one.'),
          record_exp_time: time('When the record expires.'),
          sender_ip: { type: 'string', doc: 'The last address that it came from.' },
          to_addr: { type: 'string', doc: 'The recipient.' },
        },
      },
      doc: 'The triplets, the oldest first.',
    },
    limit: { type: 'integer', doc: 'The most records that this call returns.' },
    offset: { type: 'integer', doc: 'The number of records before them.' },
    server_timezone: { type: 'string', doc: 'The server’s time zone.' },
    server_tzoffset: {
      type: 'integer',
      doc: 'Its present difference to UTC in minutes, positive in the east.',
    },
    total_rows: { type: 'integer', doc: 'The number of all records.' },
  },
  list: 'greylist_deferred_entries',
  columns: ['create_time', 'sender_ip', 'from_addr', 'to_addr', 'deferred_count', 'accepted_count'],
  examples: [{ args: {}, doc: 'The triplets.' }],

  look: (_args, { machine, now }) => readTriplets(machine, now()),

  handler(_args, { listQuery, now }, triplets) {
    const at = (seconds: number) => formatTime(seconds * 1000);
    const records = triplets.map((one) => ({
      ...{ id: one.id, from_addr: one.sender, to_addr: one.recipient, sender_ip: one.address },
      ...{ accepted_count: one.accepted, deferred_count: one.deferred, create_time: at(one.createdAt) },
      ...{ block_exp_time: at(one.blockedUntil), must_retry_by: at(one.retryUntil) },
      record_exp_time: at(one.expiresAt),
    }));
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const { size, start } = listQuery?.chunk ?? { size: null, start: 1 };
    return {
      greylist_deferred_entries: records,
      limit: size ?? records.length,
      offset: start - 1,
      server_timezone: timeZone,
      server_tzoffset: 0 - new Date(now()).getTimezoneOffset(),
      total_rows: records.length,
    };
  },
});
