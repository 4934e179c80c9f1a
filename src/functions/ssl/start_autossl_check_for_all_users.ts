import { defineFunction } from '../../core/define.ts';
import { CHECK } from '../../capabilities/certificates/rules/autossl/schedule.ts';
import { assertEnabled } from '../../capabilities/certificates/rules/autossl/settings.ts';

export default defineFunction({
  name: 'start_autossl_check_for_all_users',
  since: 58,
  summary: 'Start AutoSSL’s check for all accounts, in the background.',
  description:
    'The check is a task of this server: “whmapi1 --wait PID” follows it, and get_autossl_log shows what it did. It ' +
    'requests certificates for virtual hosts that have none, a self-signed one, one that lacks names, or one of ' +
    'AutoSSL’s that is in the last third of its life.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: { pid: { type: 'integer', doc: 'The number of the task.' } },
  examples: [{ args: {}, doc: 'Check all accounts now.', fails: 'disabled' }],

  async handler(_args, { db, startTask }) {
    await assertEnabled(db);
    return { pid: await startTask(CHECK, {}) };
  },
});
