import { defineFunction } from '../../core/define.ts';
import * as aclLists from '../../capabilities/accounts/rules/resellers/acl-lists.ts';
import { showPrivileges } from '../../capabilities/accounts/rules/resellers/privileges.ts';

export default defineFunction({
  name: 'listacls',
  since: 11,
  summary: 'List the ACL lists with their privileges.',
  description: 'An ACL list is a set of privileges that setacls grants together.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    acl: {
      list: {
        fields: {
          name: { type: 'string', doc: 'The list’s name.' },
          privileges: {
            map: { type: 'flag' },
            keys: 'PRIVILEGE',
            doc: 'All privileges, and whether the list contains each of them.',
          },
        },
      },
      doc: 'The lists, sorted by name.',
    },
  },
  list: 'acl',
  examples: [
    {
      args: {},
      doc: 'All ACL lists.',
      setUp: ['saveacllist'],
    },
  ],

  async handler(_args, { db }) {
    const lists = await aclLists.list(db);
    return {
      acl: lists.map(({ name, privileges }) => ({ name, privileges: showPrivileges(privileges) })),
    };
  },
});
