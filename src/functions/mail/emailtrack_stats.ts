import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { readMainLog } from '../../capabilities/mail/driver/tracking/look-main-log.ts';
import {
  countFields,
  countsOf,
  KEPT,
  READ_FIRST,
  statisticsParams,
  time,
} from '../../capabilities/mail/rules/tracking/form.ts';
import { lookAtNewMail } from '../../capabilities/mail/rules/tracking/read-log.ts';
import * as statistics from '../../capabilities/mail/rules/tracking/statistics.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';

export default defineFunction({
  name: 'emailtrack_stats',
  since: 11,
  summary: 'Show how many messages were sent, and how many deliveries failed or were deferred.',
  description: `Counts the messages that accounts of the caller have sent. ${READ_FIRST}${KEPT}`,
  access: ['track-email'],
  effect: 'reads',
  onlyMeasures: true,
  params: {
    user: { ...existingAccount, actsOn: false, doc: 'The account. Default: the total of all accounts.' },
    ...statisticsParams,
    startdate: { ...time, default: 0, doc: 'Another name of “starttime”: the later one counts.' },
    enddate: { ...time, doc: 'Another name of “endtime”, which it replaces.' },
    nosize: { type: 'flag', default: 0, doc: '1: omit TOTALSIZE.' },
    nosuccess: { type: 'flag', default: 0, doc: '1: omit SUCCESSCOUNT.' },
  },
  returns: {
    records: {
      list: {
        fields: {
          ...countFields,
          INPROGRESSCOUNT: {
            type: 'integer',
            doc: 'The number of messages that wait for their first delivery.',
          },
          SUCCESSCOUNT: { ...countFields.SUCCESSCOUNT, optional: true },
          TOTALSIZE: { ...countFields.TOTALSIZE, optional: true },
        },
      },
      doc: 'One record.',
    },
  },
  list: 'records',
  examples: [
    { args: {}, doc: 'All messages of all accounts.' },
    {
      args: { user: 'bob', deliverytype: 'remote' },
      doc: 'What the account “bob” has sent to other servers.',
      setUp: ['createacct'],
    },
  ],

  look: (_args, context) => lookAtNewMail(context, readMainLog),

  async handler(args, { db, caller, now }) {
    const { user, deliverytype, nosize, nosuccess } = args;
    if (user !== undefined) await accounts.assertVisible(db, caller, user);
    const start = Math.max(args.startdate, args.starttime);
    const end = args.enddate ?? args.endtime ?? Math.floor(now() / 1000);
    const counted = await statistics.total(db, caller, { start, end, user, deliverytype });
    const { TOTALSIZE, SUCCESSCOUNT, ...others } = countsOf(counted);
    const record = {
      ...others,
      INPROGRESSCOUNT: counted.inProgress,
      ...(!nosize && { TOTALSIZE }),
      ...(!nosuccess && { SUCCESSCOUNT }),
    };
    return { records: [record] };
  },
});
