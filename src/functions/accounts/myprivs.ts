import { defineFunction } from '../../core/define.ts';
import { showPrivileges } from '../../model/resellers/privileges.ts';

export default defineFunction({
  name: 'myprivs',
  since: 11,
  summary: 'Tell which privileges the caller holds.',
  description: 'Root, and a reseller with the privilege “all”, hold every one.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: {
    privileges: {
      list: { map: { type: 'flag' }, keys: 'PRIVILEGE' },
      doc: 'One hash: each privilege there is, and whether the caller holds it.',
    },
  },
  list: 'privileges',
  examples: [{ args: {}, doc: 'The privileges of whoever calls.' }],

  async handler(_args, { caller }) {
    return { privileges: [showPrivileges(caller.privileges)] };
  },
});
