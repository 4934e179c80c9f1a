import { defineFunction } from '../../core/define.ts';
import { showPrivileges } from '../../capabilities/accounts/rules/resellers/privileges.ts';

export default defineFunction({
  name: 'myprivs',
  since: 11,
  summary: 'Show the privileges of the caller.',
  description: 'Root and resellers with the privilege “all” have all privileges.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: {
    privileges: {
      list: { map: { type: 'flag' }, keys: 'PRIVILEGE' },
      doc: 'One hash with all privileges, and whether the caller has each of them.',
    },
  },
  list: 'privileges',
  examples: [{ args: {}, doc: 'The privileges of the caller.' }],

  async handler(_args, { caller }) {
    return { privileges: [showPrivileges(caller.privileges)] };
  },
});
