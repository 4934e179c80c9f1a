import { defineFunction } from '../../core/define.ts';
import { schedule } from '../../capabilities/certificates/rules/autossl/schedule.ts';
import * as settings from '../../capabilities/certificates/rules/autossl/settings.ts';

export default defineFunction({
  name: 'get_autossl_check_schedule',
  since: 58,
  summary: 'Show the schedule of AutoSSL’s certificate checks, and the next check.',
  description:
    'The server runs the check once a night, as a task. Each server has a minute of its own, so that not all of them ' +
    'ask the issuer at the same time. After createacct, the new account is checked at once.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    cron: {
      list: { type: 'string', doc: 'A field of crontab(5).' },
      doc: 'Minute, hour, day of the month, month and day of the week, by the server’s clock.',
    },
    next_time: { type: 'string', doc: 'The next check: 2026-11-27T01:17:00Z. Empty if none is planned.' },
  },
  examples: [{ args: {}, doc: 'Show the next check.' }],

  async handler(_args, { db, inform }) {
    const { cron, nextTime } = await schedule(db);
    if (nextTime === '') {
      inform('No check is planned, because no tasks have run on this server yet. Start whmapi1d.');
    } else if ((await settings.provider(db)) === undefined) {
      inform('AutoSSL is disabled, so the check does nothing.');
    }
    return { cron, next_time: nextTime };
  },
});
