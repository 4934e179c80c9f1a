import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import { assertAllDone, callForEach, passOnWarnings } from '../../life/rules/calls-for-accounts.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'unsuspendreseller',
  since: 11,
  summary: 'Unsuspend a reseller and the accounts that it owns.',
  description:
    'Accounts that were suspended individually are unsuspended too. If an account cannot be unsuspended, the ' +
    'others still are, and the call fails. If several servers share the store, only accounts of this server are ' +
    'unsuspended, and a warning names the other servers.',
  access: 'root',
  effect: 'calls',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    'reseller-only': {
      type: 'flag',
      default: 0,
      doc: '1: unsuspend only the reseller’s own account.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Unsuspend the reseller “bob” and all its accounts.',
      setUp: ['createacct', 'setupreseller', 'suspendreseller'],
    },
  ],

  async handler(args, context) {
    const { inform, transaction, warn } = context;
    const { here: meant, leftElsewhere } = await transaction('reads', async (db) =>
      resellers.listWithOwned(db, args.user, args['reseller-only']),
    );
    const names = meant.filter((one) => one.suspendedAt !== null).map(({ username }) => username);
    if (names.length === 0) inform('None of these accounts was suspended.');
    const results = await callForEach(context, 'unsuspendacct', names, (user) => ({ user }));
    if (leftElsewhere !== undefined) warn(leftElsewhere);
    passOnWarnings(context, results);
    assertAllDone(results, 'The system could not unsuspend');
  },
});
