import { setUpReseller } from '../../changes/set-up-reseller.ts';
import { defineFunction } from '../../core/define.ts';
import { userName } from '../../core/params.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'setupreseller',
  since: 11,
  summary: 'Make an account a reseller, which may own other accounts.',
  description:
    'It holds the initial privileges, with which it can log in and look around; setacls or grant_reseller_privilege ' +
    'give it more, such as create-acct. It has no limits: setresellerlimits sets some.',
  access: 'root',
  effect: 'operates',
  params: {
    user: { ...userName, completes: 'account', required: true, doc: 'The account.' },
    makeowner: {
      type: 'flag',
      default: 0,
      doc: '1 makes the reseller the owner of its own account; otherwise the account’s owner stays.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', makeowner: '1' },
      doc: 'Make “bob” a reseller that owns itself.',
      setUp: [{ command: 'createacct', args: { username: 'bob', domain: 'bob.example' } }],
    },
  ],

  async handler({ user, makeowner }, { db, inform, plan }) {
    if (await resellers.isReseller(db, user)) {
      inform(`“${user}” is already a reseller and keeps its privileges.`);
      if (makeowner) await resellers.makeOwnOwner(db, user);
      return;
    }
    // Refuses what cannot be; what it writes here is not kept.
    await resellers.setUp(db, user, makeowner);
    plan(setUpReseller({ user, ownsItself: makeowner }));
  },
});
