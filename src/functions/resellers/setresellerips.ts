import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as addresses from '../../capabilities/accounts/rules/resellers/addresses.ts';
import { addressesForAccounts } from '../../capabilities/addresses/rules/server-addresses.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellerips',
  since: 11,
  summary: 'Set the IP addresses that a reseller can assign to accounts.',
  description:
    'With delegate=1, it can assign only the addresses in “ips”, or none if the list is empty. With delegate=0, ' +
    'it can assign every address of the server. Accounts keep their addresses, and the reseller keeps its main ' +
    'address, which setresellermainip sets.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    delegate: { type: 'flag', default: 0, doc: '1: restrict the reseller to the addresses in “ips”.' },
    ips: { type: 'string', default: '', doc: 'Comma-separated list of IPv4 addresses of this server.' },
  },
  returns: {
    all: { type: 'flag', doc: 'Whether the reseller can now assign every address of the server.' },
    ip: {
      list: { type: 'string' },
      doc: 'The addresses that it can assign, in the order of the server’s interfaces.',
    },
  },
  list: 'ip',
  examples: [
    {
      args: { user: 'bob', delegate: '0' },
      doc: 'Allow the reseller “bob” to assign every address.',
      setUp: ['createacct', 'setupreseller'],
    },
    {
      args: { user: 'bob', delegate: '1', ips: '192.0.2.2,192.0.2.3' },
      doc: 'Allow the reseller “bob” to assign only these two addresses.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  look: async (_, { machine }) => (await machine.addresses()).list(),

  async handler({ user, delegate, ips }, { db, system, warn }, present) {
    await resellers.assertReseller(db, user);
    const ofMachine = addressesForAccounts(system.addresses(), present);
    const named = addresses.readWords(ips);
    if (delegate) await addresses.restrict(db, user, named, ofMachine);
    else await addresses.lift(db, user);
    if (!delegate && named.length > 0) warn('“ips” has no effect without delegate=1.');
    const usable = await addresses.listUsable(db, user, ofMachine);
    const main = await addresses.findMain(db, user);
    if (main !== null && !usable.ips.includes(main)) {
      warn(
        `“${user}” keeps its main address ${main}, which is not one of these. To change it, use setresellermainip.`,
      );
    }
    return { all: usable.areAll ? 1 : 0, ip: usable.ips };
  },
});
