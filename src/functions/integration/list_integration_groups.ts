import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import * as groups from '../../capabilities/logins/rules/integration/groups.ts';

export default defineFunction({
  name: 'list_integration_groups',
  since: 54,
  summary: 'List the groups that were added for the integration links of an account.',
  access: ['cpanel-integration'],
  effect: 'reads',
  params: { user: form.account },
  returns: {
    links: {
      list: { fields: { group: { type: 'string', doc: 'The name of the group.' } } },
      doc: 'The groups, in the order in which the user sees them.',
    },
  },
  list: 'links',
  examples: [
    {
      args: { user: 'bob' },
      doc: 'The groups of the account “bob”.',
      setUp: ['createacct', 'create_integration_group'],
    },
  ],

  async handler({ user }, { caller, db }) {
    const { username } = await accounts.get(db, caller, user);
    return { links: (await groups.list(db, username)).map(({ id: group }) => ({ group })) };
  },
});
