import { setUpReseller } from '../../life/plans/set-up-reseller.ts';
import { defineFunction } from '../../core/define.ts';
import { userName } from '../../core/params.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'setupreseller',
  since: 11,
  summary: 'Create a reseller from an account, so that it can own other accounts.',
  description:
    'The reseller gets the initial privileges, which allow it to log in and to list things. To grant more, such ' +
    'as create-acct, use setacls or grant_reseller_privilege. It has no limits until setresellerlimits sets some.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...userName, completes: 'account', required: true, doc: 'The account.' },
    makeowner: {
      type: 'flag',
      default: 0,
      doc: '1: the reseller owns its own account. 0: the owner of the account is not changed.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', makeowner: '1' },
      doc: 'Make “bob” a reseller that owns itself.',
      setUp: ['createacct'],
    },
  ],

  async handler({ user, makeowner }, { db, inform, plan }) {
    if (await resellers.isReseller(db, user)) {
      inform(`“${user}” is already a reseller and keeps its privileges.`);
      if (makeowner) await resellers.makeOwnOwner(db, user);
      return;
    }
    // Only checks the change. These writes are not kept.
    await resellers.setUp(db, user, makeowner);
    plan(setUpReseller({ user, ownsItself: makeowner }));
  },
});
