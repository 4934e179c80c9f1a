import {
  assertKeepsPassword,
  lookFor,
  renameUser,
} from '../../capabilities/databases/plans/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-postgresql.ts';

export default defineUapi({
  name: 'Postgresql::rename_user_no_password',
  since: 42,
  summary: 'Rename a user of PostgreSQL databases, who keeps the password.',
  description: 'Its databases stay. Programs must use the new name.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' },
    newname: {
      ...objectName,
      doc: 'Its new name, with the account’s prefix: bob_web. Lower-case letters, digits and “_”.',
    },
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_app', newname: 'bob_web' },
      doc: 'Rename bob_app to bob_web.',
      setUp: ['Postgresql::create_user'],
    },
  ],

  async look({ oldname }, context) {
    const found = await lookFor(context, context.caller.user);
    await assertKeepsPassword(context, found, oldname);
    return found;
  },

  async handler({ oldname: from, newname: to }, context, found) {
    context.plan(await renameUser(context, { owner: context.caller.user, from, to }, found));
  },
});
