import { lookFor } from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { FEATURE, ownUsers, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::list_users',
  since: 84,
  summary: 'List the account’s users of PostgreSQL databases.',
  feature: FEATURE,
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: { list: { type: 'string', doc: 'The name of a user.' } },
  examples: [{ args: {}, doc: 'All users.' }],

  look: (_args, context) => lookFor(context, context.caller.user),

  handler: (_args, { db, caller }, found) => ownUsers(db, caller.user, found),
});
