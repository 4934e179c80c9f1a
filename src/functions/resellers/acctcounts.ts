import { defineFunction } from '../../core/define.ts';
import { loginName } from '../../core/params.ts';
import * as limits from '../../capabilities/accounts/rules/resellers/limits.ts';
import { countOwned } from '../../capabilities/accounts/rules/resellers/statistics.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'acctcounts',
  since: 11,
  summary: 'Show how many accounts a reseller owns, and its limit.',
  description: 'Resellers can query only themselves, and root every owner of accounts.',
  access: 'any',
  effect: 'reads',
  params: { user: { ...loginName, doc: 'The reseller, or root. Default: the caller.' } },
  returns: {
    reseller: {
      fields: {
        active: { type: 'integer', doc: 'The number of accounts that are not suspended.' },
        limit: { type: 'any', doc: 'The maximum number of accounts; null if there is no limit.' },
        suspended: { type: 'integer', doc: 'The number of suspended accounts.' },
        user: { type: 'string', doc: 'The reseller.' },
      },
    },
  },
  examples: [
    { args: {}, doc: 'The accounts that root owns.' },
    {
      args: { user: 'bob' },
      doc: 'The accounts of the reseller “bob”.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(args, { caller, db }) {
    const user = await resellers.resolveAsked(db, caller, args.user);
    const { active, suspended } = await countOwned(db, user);
    return { reseller: { active, limit: (await limits.find(db, user)).accounts, suspended, user } };
  },
});
