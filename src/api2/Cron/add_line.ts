import { defineApi2 } from '../../core/define-uapi.ts';
import { changeCrontab } from '../../capabilities/accounts/plans/change-crontab.ts';
import {
  assertJob,
  jobParams,
  jobsIn,
  keysOf,
  withJob,
} from '../../capabilities/accounts/rules/cron/crontab.ts';
import { CRON, linekeyParam, statusFields } from '../../capabilities/accounts/rules/cron/parameters.ts';

export default defineApi2({
  name: 'Cron::add_line',
  since: null,
  summary: 'Add a cron job to the account.',
  feature: CRON,
  failureRow: 'status statusmsg',
  effect: 'operates',
  params: jobParams,
  returns: { fields: { ...statusFields, linekey: { type: 'string', doc: linekeyParam.doc } } },
  examples: [
    {
      args: { command: 'php /home/bob/cron.php', minute: '0', hour: '3', day: '*', month: '*', weekday: '*' },
      doc: 'Each night at three.',
    },
  ],

  async look(_args, { machine, caller }) {
    return (await machine.crontabs()).read(caller.user);
  },
  async handler(job, { caller, plan, sha256 }, crontab) {
    assertJob(job);
    const after = withJob(crontab, job);
    plan(changeCrontab(caller.user, crontab, after));
    const keys = await keysOf(jobsIn(after), sha256);
    return [{ status: 1, statusmsg: 'crontab installed', linekey: keys.at(-1) ?? '' }];
  },
});
