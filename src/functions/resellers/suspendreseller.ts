import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import { assertAllDone, callForEach, passOnWarnings } from '../../life/rules/calls-for-accounts.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'suspendreseller',
  since: 11,
  summary: 'Suspend a reseller and the accounts that it owns.',
  description:
    'Its own account is suspended first, so that it cannot interfere. Accounts that are already suspended are not ' +
    'changed, unless disallow=1 locks them. If an account cannot be suspended, the others still are, and the call ' +
    'fails. Fix the problem and retry the call. If several servers share the store, only accounts of this server ' +
    'are suspended, and a warning names the other servers.',
  destructive:
    'The reseller and the users of its accounts can no longer log in, and their processes end. No files are deleted. To undo it, call unsuspendreseller.',
  access: 'root',
  effect: 'calls',
  usesReserve: true,
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    reason: { type: 'string', maxLength: 500, default: 'Unknown', doc: 'The reason, as free text.' },
    disallow: { type: 'flag', default: 0, doc: '1: only root can unsuspend the accounts.' },
    'reseller-only': {
      type: 'flag',
      default: 0,
      doc: '1: suspend only the reseller’s own account.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', reason: 'unpaid bill' },
      doc: 'Suspend the reseller “bob” with all its accounts.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(args, context) {
    const { inform, transaction, warn } = context;
    const { user, reason, disallow } = args;
    const { here: meant, leftElsewhere } = await transaction('reads', async (db) =>
      resellers.listWithOwned(db, user, args['reseller-only']),
    );
    const due = meant.filter((one) => one.suspendedAt === null || (disallow && !one.suspendLocked));
    for (const { username } of meant.filter((one) => !due.includes(one))) {
      inform(`“${username}” was already suspended and is not changed.`);
    }
    const names = due.map(({ username }) => username);
    const disallowun = disallow ? '1' : '0';
    const results = await callForEach(context, 'suspendacct', names, (one) => ({
      user: one,
      reason,
      disallowun,
    }));
    if (leftElsewhere !== undefined) warn(leftElsewhere);
    passOnWarnings(context, results);
    assertAllDone(results, 'The system could not suspend');
  },
});
