import { defineFunction } from '../../core/define.ts';
import { loginName } from '../../core/params.ts';
import * as addresses from '../../capabilities/accounts/rules/resellers/addresses.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'getresellerips',
  since: 11,
  summary: 'List the IP addresses that a reseller can assign to accounts.',
  description:
    'Resellers can query only themselves, and root everyone. Root can assign every address of the server.',
  access: 'any',
  effect: 'reads',
  params: { user: { ...loginName, doc: 'The reseller, or root. Default: the caller.' } },
  returns: {
    all: { type: 'flag', doc: 'Whether it can assign every address of the server.' },
    ip: { list: { type: 'string' }, doc: 'The addresses, in the order of the server’s interfaces.' },
  },
  list: 'ip',
  examples: [
    { args: {}, doc: 'The addresses of this server.' },
    {
      args: { user: 'bob' },
      doc: 'The addresses of the reseller “bob”.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(args, { caller, db, system }) {
    const user = await resellers.resolveAsked(db, caller, args.user);
    const { areAll, ips } = await addresses.listUsable(db, user, system.addresses());
    return { all: areAll ? 1 : 0, ip: ips };
  },
});
