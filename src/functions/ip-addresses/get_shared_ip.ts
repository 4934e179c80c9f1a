import { defineFunction } from '../../core/define.ts';
import { existingUser } from '../../core/params.ts';
import { assertManageable } from '../../capabilities/logins/rules/users.ts';
import { findShared } from '../../capabilities/addresses/rules/ips.ts';

export default defineFunction({
  name: 'get_shared_ip',
  since: 62,
  summary: 'Show the IPv4 address that a user’s accounts share.',
  description:
    'New accounts of root or of a reseller get that user’s address. An account that is not a reseller has the one that ' +
    'it shares with others, and “~” if its address is its own.',
  access: 'any',
  effect: 'reads',
  params: { user: { ...existingUser, doc: 'Root, a reseller or an account. Default: the caller.' } },
  returns: { ip: { type: 'string', doc: 'The address, or “~” if the user shares none.' } },
  examples: [
    { args: {}, doc: 'The address that the accounts of the caller share.' },
    {
      args: { user: 'bob' },
      doc: 'The address that the account “bob” shares with others.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, { db, caller, system }) {
    const user = args.user ?? caller.user;
    await assertManageable(db, caller, user);
    return { ip: (await findShared(db, user, system.addresses())) ?? '~' };
  },
});
