import { defineApi2 } from '../../core/define-uapi.ts';
import { rowsOf } from '../../capabilities/accounts/rules/cron/rows.ts';
import { CRON, jobFields } from '../../capabilities/accounts/rules/cron/parameters.ts';

export default defineApi2({
  name: 'Cron::fetchcron',
  since: null,
  summary: 'List the cron jobs of the account, as listcron does.',
  feature: CRON,
  effect: 'reads',
  params: {},
  returns: { fields: jobFields },
  examples: [{ args: {}, doc: 'All jobs.' }],

  async look(_args, { machine, caller }) {
    return (await machine.crontabs()).read(caller.user);
  },
  handler(_args, { sha256 }, crontab) {
    return rowsOf(crontab, sha256);
  },
});
