import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as addresses from '../../model/resellers/addresses.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellernameservers',
  since: 11,
  summary: 'Set the name servers of a reseller’s new accounts.',
  description: 'They take the place of those that were set before.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    nameservers: {
      type: 'string',
      default: '',
      doc: 'Up to four host names, with commas between them; none takes away what was set.',
    },
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', nameservers: 'ns1.bob.example,ns2.bob.example' },
      doc: 'Two name servers for the reseller “bob”.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
  ],

  async handler({ user, nameservers }, { db }) {
    await resellers.ensureReseller(db, user);
    await addresses.setNameservers(db, user, addresses.readWords(nameservers));
  },
});
