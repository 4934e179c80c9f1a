import { defineFunction } from '../../core/define.ts';
import { blockedUser, blockedUsers } from '../../capabilities/logins/rules/brute-force/reports.ts';

export default defineFunction({
  name: 'get_cphulk_user_brutes',
  since: 48,
  summary: 'List the users who are locked after too many failed logins.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    user_brutes: {
      list: blockedUser,
      doc: 'The locked users, most recent first, with the login that triggered each lock.',
    },
  },
  list: 'user_brutes',
  examples: [{ args: {}, doc: 'The users who are locked now.' }],

  async handler(_args, { db, now }) {
    return { user_brutes: await blockedUsers(db, now()) };
  },
});
