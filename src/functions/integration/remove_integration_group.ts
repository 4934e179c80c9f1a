import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import * as groups from '../../capabilities/logins/rules/integration/groups.ts';

export default defineFunction({
  name: 'remove_integration_group',
  since: 54,
  summary: 'Remove a group for the integration links of an account.',
  description: 'Its links are kept, without a group.',
  destructive: 'The group is deleted, and its links are no longer in a group.',
  access: ['cpanel-integration'],
  effect: 'changes',
  params: { group_id: { ...form.groupId, required: true }, user: form.account },
  returns: null,
  examples: [
    {
      args: { user: 'bob', group_id: 'hosting' },
      doc: 'Remove the group “hosting”.',
      setUp: ['createacct', 'create_integration_group'],
    },
  ],

  async handler({ group_id: id, user }, { caller, db, inform }) {
    const { username } = await accounts.get(db, caller, user);
    const count = await groups.remove(db, username, id);
    if (count > 0) inform(`${count === 1 ? '1 link is' : `${count} links are`} now in no group.`);
  },
});
