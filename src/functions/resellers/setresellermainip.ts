import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as addresses from '../../capabilities/accounts/rules/resellers/addresses.ts';
import { addressesForAccounts } from '../../capabilities/addresses/rules/server-addresses.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellermainip',
  since: 11,
  summary: 'Set the shared IP address for new accounts of a reseller.',
  description: 'The address must be one that the reseller can use. Existing accounts keep theirs.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    ip: {
      type: 'string',
      required: true,
      pattern: { matches: /^(?:\d{1,3}\.){3}\d{1,3}$/, expects: 'an IPv4 address' },
      doc: 'The address.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', ip: '192.0.2.2' },
      doc: 'Use the address 192.0.2.2 for new accounts of the reseller “bob”.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  look: async (_, { machine }) => (await machine.addresses()).list(),

  async handler({ user, ip }, { db, system }, present) {
    await resellers.assertReseller(db, user);
    await addresses.setMain(db, user, ip, addressesForAccounts(system.addresses(), present));
  },
});
