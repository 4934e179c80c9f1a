import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import { callForEach, ensureAllDone } from '../../model/accounts/calls-for-accounts.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'unsuspendreseller',
  since: 11,
  summary: 'Take the suspension of a reseller, and of the accounts that it owns, back.',
  description:
    'Accounts that were suspended one by one are no longer suspended either. Where the suspension of an account ' +
    'cannot be taken back, those of the others are all the same, and the call fails. Where several servers share the ' +
    'store, it is about the accounts of this one; a warning names the servers that have others.',
  access: 'root',
  effect: 'calls',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    'reseller-only': {
      type: 'flag',
      default: 0,
      doc: '1 takes back the suspension of the reseller’s own account alone.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Let the reseller “bob” and all its accounts work again.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
        { command: 'suspendreseller', args: { user: 'bob' } },
      ],
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
    ensureAllDone(results, 'The system could not take back the suspension of');
  },
});
