import { defineApi2 } from '../../core/define-uapi.ts';
import { changeCrontab } from '../../capabilities/accounts/plans/change-crontab.ts';
import { findJob, withoutJob } from '../../capabilities/accounts/rules/cron/crontab.ts';
import {
  CRON,
  linekeyParam,
  positionParam,
  statusFields,
} from '../../capabilities/accounts/rules/cron/parameters.ts';

export default defineApi2({
  name: 'Cron::remove_line',
  since: null,
  summary: 'Remove a cron job of the account.',
  destructive: 'The job no longer runs.',
  feature: CRON,
  failureRow: 'status statusmsg',
  effect: 'operates',
  params: { linekey: linekeyParam, line: positionParam },
  oneOf: { count: 'at least', of: ['linekey', 'line'] },
  returns: { fields: statusFields },
  examples: [{ args: { line: '1' }, doc: 'An error if the account has no jobs.', fails: 'not_found' }],

  async look(_args, { machine, caller }) {
    return (await machine.crontabs()).read(caller.user);
  },
  async handler({ linekey, line: count }, { caller, plan, sha256 }, crontab) {
    const found = await findJob(crontab, { linekey, count }, sha256);
    plan(changeCrontab(caller.user, crontab, withoutJob(crontab, found)));
    return [{ status: 1, statusmsg: 'crontab installed' }];
  },
});
