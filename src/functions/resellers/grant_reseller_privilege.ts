import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import { ALL, isPrivilege, privilegeList } from '../../capabilities/accounts/rules/resellers/privileges.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'grant_reseller_privilege',
  since: null,
  extension: true,
  summary: 'Grant privileges to a reseller in addition to its current ones.',
  description: 'If the reseller already has a privilege, nothing changes, and a message says so.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    privilege: privilegeList,
  },
  returns: { acl: { list: { type: 'string' }, doc: 'The privileges that the reseller now has, sorted.' } },
  list: 'acl',
  examples: [
    {
      args: { user: 'bob', privilege: ['create-acct', 'list-accts'] },
      doc: 'Allow the reseller “bob” to create and list accounts.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler({ user, privilege }, { db, inform, warn }) {
    await resellers.assertReseller(db, user);
    const held = new Set(await resellers.listPrivileges(db, user));
    for (const name of new Set(privilege.filter(isPrivilege))) {
      if (held.has(name)) inform(`“${user}” already has “${name}”.`);
      else if (name === ALL) warn(resellers.warningOfAll(user));
      held.add(name);
    }
    await resellers.setPrivileges(db, user, held);
    return { acl: [...held].sort() };
  },
});
