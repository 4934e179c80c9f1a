import { lookFor, renameUser } from '../../changes/databases/postgresql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { objectName } from '../../model/databases/names.ts';
import { FEATURE, ROLE } from '../../model/databases/own-postgresql.ts';
import { password } from '../../model/passwords/passwords.ts';

export default defineUapi({
  name: 'Postgresql::rename_user',
  since: 42,
  summary: 'Rename a user of PostgreSQL databases, and set its password.',
  description: 'Its databases stay. Programs must use the new name and password.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    oldname: { ...objectName, doc: 'The user, with the account’s prefix: bob_app.' },
    newname: {
      ...objectName,
      doc: 'Its new name, with the account’s prefix: bob_web. Lower-case letters, digits and “_”.',
    },
    password: { ...password, required: true },
  },
  returns: null,
  examples: [
    {
      args: { oldname: 'bob_app', newname: 'bob_web', password: 'correct horse battery staple 7' },
      doc: 'Rename bob_app to bob_web.',
      setUp: [
        {
          command: 'Postgresql::create_user',
          args: { name: 'bob_app', password: 'correct horse battery staple 7' },
        },
      ],
    },
  ],

  look: (_args, context) => lookFor(context, context.caller.user),

  async handler({ oldname: from, newname: to, password }, context, found) {
    context.plan(await renameUser(context, { owner: context.caller.user, from, to, password }, found));
  },
});
