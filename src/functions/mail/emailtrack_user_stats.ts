import { defineFunction } from '../../core/define.ts';
import { readMainLog } from '../../capabilities/mail/driver/tracking/look-main-log.ts';
import {
  countFields,
  countsOf,
  KEPT,
  READ_FIRST,
  statisticsParams,
} from '../../capabilities/mail/rules/tracking/form.ts';
import { lookAtNewMail } from '../../capabilities/mail/rules/tracking/read-log.ts';
import * as statistics from '../../capabilities/mail/rules/tracking/statistics.ts';

export default defineFunction({
  name: 'emailtrack_user_stats',
  since: 11,
  summary: 'List the number of messages that each account sent, and of failed and deferred deliveries.',
  description:
    `Returns a record for each account of the caller and each domain of its senders. ${READ_FIRST}${KEPT} ` +
    'REACHED_MAXEMAILS and REACHED_MAXDEFERFAIL compare what the domain has sent to other servers within the last ' +
    'hour with the limits of its account.',
  access: ['track-email'],
  effect: 'reads',
  onlyMeasures: true,
  params: {
    sender: { type: 'string', maxLength: 320, doc: 'Only messages of this address.' },
    ...statisticsParams,
  },
  returns: {
    records: {
      list: {
        fields: {
          ...countFields,
          DOMAIN: { type: 'string', doc: 'The domain of the senders.' },
          OWNER: { type: 'string', doc: 'The owner of the account.' },
          PRIMARY_DOMAIN: { type: 'string', doc: 'The main domain of the account.' },
          REACHED_MAXDEFERFAIL: {
            type: 'flag',
            doc: 'Whether so many deliveries have failed that the limit is reached.',
          },
          REACHED_MAXEMAILS: {
            type: 'flag',
            doc: 'Whether the limit of messages in an hour is reached.',
          },
          USER: { type: 'string', doc: 'The account.' },
        },
      },
      doc: 'The accounts that have sent messages, sorted by username and domain.',
    },
  },
  list: 'records',
  columns: ['USER', 'DOMAIN', 'SENDCOUNT', 'SUCCESSCOUNT', 'DEFERCOUNT', 'FAILCOUNT', 'TOTALSIZE'],
  examples: [{ args: {}, doc: 'All messages of all accounts.' }],

  look: (_args, context) => lookAtNewMail(context, readMainLog),

  async handler({ sender, deliverytype, starttime: start, endtime }, { db, caller, now }) {
    const end = endtime ?? Math.floor(now() / 1000);
    const sums = await statistics.byUser(db, caller, { start, end, sender, deliverytype });
    const limits = await statistics.hourlyLimits(db);
    const recent = await statistics.lastHour(db, caller, now());
    const records = sums.map((one) => {
      const { isMost, isFailed } = statistics.reached(recent.get(one.domain), one, limits);
      return {
        ...countsOf(one),
        DOMAIN: one.domain,
        OWNER: one.owner,
        PRIMARY_DOMAIN: one.primaryDomain,
        REACHED_MAXDEFERFAIL: isFailed ? 1 : 0,
        REACHED_MAXEMAILS: isMost ? 1 : 0,
        USER: one.username,
      };
    });
    return { records };
  },
});
