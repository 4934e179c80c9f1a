import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import { ALL, isPrivilege, privilegeList } from '../../capabilities/accounts/rules/resellers/privileges.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

export default defineFunction({
  name: 'revoke_reseller_privilege',
  since: null,
  extension: true,
  summary: 'Revoke privileges of a reseller, and keep the others.',
  description:
    'If the reseller does not have a privilege, nothing changes, and a message says so. A reseller with “all” can ' +
    'do everything, whatever else is revoked.',
  destructive: 'The reseller loses the privileges. To undo it, call grant_reseller_privilege.',
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
      args: { user: 'bob', privilege: ['create-user-session'] },
      doc: 'Forbid the reseller “bob” to log in as its accounts.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler({ user, privilege }, { db, inform, warn }) {
    await resellers.assertReseller(db, user);
    const held = new Set(await resellers.listPrivileges(db, user));
    for (const name of new Set(privilege.filter(isPrivilege))) {
      if (!held.delete(name)) inform(`“${user}” did not have “${name}”.`);
    }
    if (held.has(ALL)) warn(`“${user}” still has “${ALL}”, which includes every privilege.`);
    await resellers.setPrivileges(db, user, held);
    return { acl: [...held].sort() };
  },
});
