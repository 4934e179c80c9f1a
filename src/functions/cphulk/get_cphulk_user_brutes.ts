import { defineFunction } from '../../core/define.ts';
import { blockedUser, blockedUsers } from '../../model/brute-force/reports.ts';

export default defineFunction({
  name: 'get_cphulk_user_brutes',
  since: 48,
  summary: 'List the users whose logins are refused after too many failed ones.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    user_brutes: {
      list: blockedUser,
      doc: 'The users, the last locked first, with the login that brought it about.',
    },
  },
  list: 'user_brutes',
  examples: [{ args: {}, doc: 'Who cannot log in now.' }],

  async handler(_args, { db, now }) {
    return { user_brutes: await blockedUsers(db, now()) };
  },
});
