import { createSessionUser } from '../../capabilities/databases/plans/create-session-user.ts';
import { lookForOwn } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';
import { sessionOf } from '../../capabilities/databases/rules/session-users.ts';

export default defineUapi({
  name: 'Session::create_temp_user',
  since: 54,
  summary: 'Create a MySQL user for this session, with all privileges on the account’s databases.',
  description:
    'For programs that work with the databases while somebody is logged in. Call it in a session, with its cookie and ' +
    'its security token. A session has one such user: a further call returns the same one, with privileges also on ' +
    'databases that were created meanwhile. The user can connect only from this server. It is dropped, and its ' +
    'connections are closed, within two minutes after the session has ended. Lists of the account’s users do not have it.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {},
  returns: {
    fields: {
      created: { type: 'flag', doc: 'Whether this call has created the user.' },
      session_temp_user: { type: 'string', doc: 'The user, such as cpses_bo7KQ2M4XA.' },
      session_temp_pass: { type: 'string', doc: 'Its password. cPanel passes it to its own programs only.' },
    },
  },
  examples: [{ args: {}, doc: 'In a shell, which has no session.', fails: 'denied' }],

  async look(_args, context) {
    sessionOf(context.caller);
    return lookForOwn(context);
  },

  async handler(_args, context, found) {
    const { plan, user } = await createSessionUser(context, found);
    const data = {
      created: user.isNew ? 1 : 0,
      session_temp_user: user.name,
      session_temp_pass: user.password,
    };
    context.plan(plan, () => data);
    return data;
  },
});
