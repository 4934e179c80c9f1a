import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as addresses from '../../model/resellers/addresses.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellermainip',
  since: 11,
  summary: 'Set the IP address that new accounts of a reseller share.',
  description: 'It is one of those that the reseller may use. Accounts that there are keep theirs.',
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
      doc: 'New accounts of the reseller “bob” get the address 192.0.2.2.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
  ],

  async handler({ user, ip }, { db, system }) {
    await resellers.ensureReseller(db, user);
    await addresses.setMain(db, user, ip, system.addresses());
  },
});
