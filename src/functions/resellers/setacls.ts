import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { resellerName } from '../../core/params.ts';
import * as aclLists from '../../capabilities/accounts/rules/resellers/acl-lists.ts';
import {
  acl,
  aclParams,
  ALL,
  privilegeNames,
  type PrivilegeName,
} from '../../capabilities/accounts/rules/resellers/privileges.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

/** Naming a privilege grants it, whatever its value. */
const named = { type: 'string' } as const;

export default defineFunction({
  name: 'setacls',
  since: 11,
  summary: 'Set all privileges of a reseller.',
  description:
    'The reseller then has only the privileges that are passed and those of the ACL list. Without any, it has ' +
    'none. Passing a privilege grants it regardless of its value, even 0. Omit the privileges that the reseller ' +
    'must not have. To grant or revoke single privileges, use grant_reseller_privilege and ' +
    'revoke_reseller_privilege.',
  access: 'root',
  effect: 'changes',
  params: {
    reseller: { ...resellerName, required: true, alias: ['user'], doc: 'The reseller.' },
    acllist: { ...aclLists.aclListName, doc: 'An ACL list whose privileges the reseller gets.' },
    ...aclParams(named),
    'acl-disallow-shell': {
      ...named,
      doc: 'Withholds allow-shell, even if the list contains it.',
    },
    'acl-nameserver-config': { ...named, doc: 'An older name of acl-ns-config.' },
  },
  emptyIsOmitted: true,
  returns: { acl: { list: { type: 'string' }, doc: 'The privileges that the reseller now has, sorted.' } },
  list: 'acl',
  examples: [
    {
      args: { reseller: 'bob', 'acl-list-accts': '1', 'acl-create-acct': '1' },
      doc: 'Only two privileges for the reseller “bob”.',
      setUp: ['createacct', 'setupreseller'],
    },
    {
      args: { reseller: 'bob', acllist: 'support' },
      doc: 'The privileges of the list “support”.',
      setUp: ['createacct', 'setupreseller', 'saveacllist'],
    },
  ],

  async handler(args, { db, warn }) {
    const user = args.reseller;
    const withoutShell = args['acl-disallow-shell'] !== undefined;
    if (withoutShell && args['acl-allow-shell'] !== undefined) {
      throw badParam(
        '“acl-allow-shell” and “acl-disallow-shell” contradict each other. Pass only one of them.',
      );
    }
    await resellers.assertReseller(db, user);
    const held = new Set<PrivilegeName>(
      args.acllist === undefined ? [] : await aclLists.getPrivileges(db, args.acllist),
    );
    for (const name of privilegeNames) {
      const value = args[acl(name)];
      if (value === undefined) continue;
      held.add(name);
      if (value === '0' || value === '') {
        warn(
          `“${acl(name)}=${value}” grants “${name}”: passing a privilege grants it regardless of its value. To revoke it, omit it.`,
        );
      }
    }
    if (args['acl-nameserver-config'] !== undefined) held.add('ns-config');
    if (withoutShell) held.delete('allow-shell');
    if (held.has(ALL)) warn(resellers.warningOfAll(user));
    await resellers.setPrivileges(db, user, held);
    return { acl: await resellers.listPrivileges(db, user) };
  },
});
