import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as addresses from '../../capabilities/accounts/rules/resellers/addresses.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellernameservers',
  since: 11,
  summary: 'Set the nameservers for new accounts of a reseller.',
  description: 'They replace the current ones.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    nameservers: {
      type: 'string',
      default: '',
      doc: 'Comma-separated list of up to four hostnames. An empty list clears them.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', nameservers: 'ns1.bob.example,ns2.bob.example' },
      doc: 'Two nameservers for the reseller “bob”.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler({ user, nameservers }, { db }) {
    await resellers.assertReseller(db, user);
    await addresses.setNameservers(db, user, addresses.readWords(nameservers));
  },
});
