import { createOwnDatabase, lookForRoom } from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { newName, prefixSizeOf, prefixSizeParam } from '../../capabilities/databases/rules/names.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::create_database',
  since: 44,
  summary: 'Create a MySQL database.',
  description: 'Nobody can use it yet: see set_privileges_on_database.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: {
    name: { ...newName, doc: 'The name, with the account’s prefix: bob_shop.' },
    'prefix-size': prefixSizeParam,
  },
  returns: null,
  examples: [{ args: { name: 'bob_shop' }, doc: 'Create the database bob_shop.' }],

  look: (_args, context) => lookForRoom(context),

  async handler({ name, 'prefix-size': size }, context, found) {
    context.plan(await createOwnDatabase(context, { name, prefixSize: prefixSizeOf(size) }, found));
  },
});
