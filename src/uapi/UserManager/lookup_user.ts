import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { ownRow, userRow } from '../../life/rules/own-users.ts';

export default defineUapi({
  name: 'UserManager::lookup_user',
  since: 54,
  summary: 'Show the user of the account that has this ID.',
  effect: 'reads',
  feature: 'user_manager',
  params: {
    guid: { type: 'string', required: true, maxLength: 512, doc: 'The ID, as in UserManager::list_users.' },
  },
  returns: userRow,
  examples: [
    {
      args: { guid: 'BOB:BOB.EXAMPLE:0:0' },
      doc: 'An ID that the account does not have.',
      fails: 'not_found',
    },
  ],

  async handler({ guid }, context) {
    const row = await ownRow(context, await accounts.getOwn(context.db, context.caller));
    if (row.guid === guid.toUpperCase()) return row;
    throw notFound('The account has no user with this ID. UserManager::list_users lists its users.');
  },
});
