import { defineFunction } from '../../core/define.ts';
import { failedLogin, failedLogins } from '../../capabilities/logins/rules/brute-force/reports.ts';

export default defineFunction({
  name: 'get_cphulk_failed_logins',
  since: 48,
  summary: 'List the failed logins of the last hours.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { failed_logins: { list: failedLogin, doc: 'The failed logins, most recent first.' } },
  list: 'failed_logins',
  examples: [{ args: {}, doc: 'The recent failed logins.' }],

  async handler(_args, { db, now }) {
    return { failed_logins: await failedLogins(db, now()) };
  },
});
