import { defineFunction } from '../../core/define.ts';
import * as aclLists from '../../capabilities/accounts/rules/resellers/acl-lists.ts';
import {
  acl,
  aclParams,
  privilegeNames,
  type PrivilegeName,
} from '../../capabilities/accounts/rules/resellers/privileges.ts';

export default defineFunction({
  name: 'saveacllist',
  since: 11,
  summary: 'Create an ACL list, or change its privileges.',
  description:
    'For each privilege, 1 adds it to the list and 0 removes it. Omitted privileges keep their values; in a new ' +
    'list, they are absent. Resellers who got the list before keep their privileges, because setacls copies the ' +
    'list.',
  access: 'root',
  effect: 'changes',
  params: {
    acllist: { ...aclLists.aclListName, required: true, doc: 'The list’s name.' },
    ...aclParams({ type: 'flag' }),
  },
  returns: null,
  examples: [
    {
      args: { acllist: 'support', 'acl-list-accts': '1', 'acl-passwd': '1' },
      doc: 'A list of two privileges for support staff.',
    },
    {
      args: { acllist: 'support', 'acl-passwd': '0' },
      doc: 'Remove a privilege from a list.',
      setUp: ['saveacllist'],
    },
  ],

  async handler(args, { db, reason }) {
    const changes = new Map<PrivilegeName, boolean>();
    for (const name of privilegeNames) {
      const isHeld = args[acl(name)];
      if (isHeld !== undefined) changes.set(name, isHeld);
    }
    await aclLists.save(db, args.acllist, changes);
    reason(`ACL List ${args.acllist} saved.`);
  },
});
