import { defineApi2 } from '../../core/define-uapi.ts';
import { changeCrontab } from '../../capabilities/accounts/plans/change-crontab.ts';
import {
  assertJob,
  findJob,
  jobParams,
  jobsIn,
  keysOf,
  withoutJob,
} from '../../capabilities/accounts/rules/cron/crontab.ts';
import {
  CRON,
  linekeyParam,
  positionParam,
  statusFields,
} from '../../capabilities/accounts/rules/cron/parameters.ts';

export default defineApi2({
  name: 'Cron::edit_line',
  since: null,
  summary: 'Change a cron job of the account.',
  feature: CRON,
  failureRow: 'status statusmsg',
  effect: 'operates',
  params: { linekey: linekeyParam, commandnumber: positionParam, ...jobParams },
  oneOf: { count: 'at least', of: ['linekey', 'commandnumber'] },
  returns: { fields: { ...statusFields, linekey: { type: 'string', doc: 'The new “linekey” of the job.' } } },
  examples: [
    {
      args: {
        commandnumber: '1',
        ...{ command: 'php /home/bob/cron.php', minute: '0', hour: '3', day: '*', month: '*', weekday: '*' },
      },
      doc: 'An error if the account has no jobs.',
      fails: 'not_found',
    },
  ],

  async look(_args, { machine, caller }) {
    return (await machine.crontabs()).read(caller.user);
  },
  async handler({ linekey, commandnumber: count, ...job }, { caller, plan, sha256 }, crontab) {
    assertJob(job);
    const found = await findJob(crontab, { linekey, count }, sha256);
    const after = withoutJob(crontab, found, job);
    plan(changeCrontab(caller.user, crontab, after));
    const keys = await keysOf(jobsIn(after), sha256);
    return [{ status: 1, statusmsg: 'crontab installed', linekey: keys[found.count - 1] ?? '' }];
  },
});
