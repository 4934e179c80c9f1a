import { defineFunction } from '../../core/define.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import { roleNames } from '../../ground/rules/roles/catalogue.ts';

export default defineFunction({
  name: 'is_role_enabled',
  since: 76,
  summary: 'Check whether this server has a role, such as DNS.',
  access: 'any',
  effect: 'reads',
  params: {
    role: { type: 'string', required: true, values: roleNames, doc: 'The role. Case matters.' },
  },
  returns: { enabled: { type: 'flag', doc: 'Whether it is enabled.' } },
  examples: [{ args: { role: 'DNS' }, doc: 'Whether this server answers for DNS zones.' }],

  async handler({ role }, context) {
    return { enabled: Number((await rolesOf(context)).has(role)) };
  },
});
