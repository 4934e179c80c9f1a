import { dismissReseller } from '../../changes/dismiss-reseller.ts';
import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'unsetupreseller',
  since: 11,
  summary: 'Make a reseller an ordinary account again.',
  description:
    'Its privileges, limits, addresses, name servers and public contact are gone. Its API tokens, access hash and ' +
    'sessions are gone as well, and do not return if it becomes a reseller again. The accounts and packages that it ' +
    'owns become root’s, its own account as well where it owned itself.',
  destructive:
    'The reseller loses its privileges, limits, addresses and public contact. Its accounts and packages become root’s. setupreseller does not bring them back.',
  access: 'root',
  effect: 'operates',
  params: { user: { ...resellerName, required: true, doc: 'The reseller.' } },
  returns: null,
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Let “bob” be no reseller any more.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
  ],

  async handler({ user }, { db, inform, plan }) {
    const owned = await resellers.listOwned(db, user);
    // Refuses what cannot be; what it writes here is not kept.
    await resellers.dismiss(db, user);
    plan(
      dismissReseller(
        user,
        owned.map(({ username }) => username),
      ),
    );
    if (owned.length > 0) {
      inform(owned.length === 1 ? 'One account is root’s now.' : `${owned.length} accounts are root’s now.`);
    }
  },
});
