import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import * as groups from '../../capabilities/logins/rules/integration/groups.ts';

export default defineFunction({
  name: 'create_integration_group',
  since: 54,
  summary: 'Create a group for the integration links of an account.',
  description:
    'Links name their group in “group_id” of create_integration_link. An existing group of the same name is replaced, ' +
    'and its links stay in it. The nine groups of cPanel’s interface, such as domains and email, exist for every account.',
  access: ['cpanel-integration'],
  effect: 'changes',
  params: {
    group_id: { ...form.groupId, required: true },
    label: { ...form.label, doc: 'The heading of the group.' },
    order: { ...form.order, required: true },
    user: form.account,
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', group_id: 'hosting', label: 'Your hosting contract', order: '1' },
      doc: 'A group that is shown before others.',
      setUp: ['createacct'],
    },
  ],

  async handler({ group_id: id, label, order: position, user }, { caller, db }) {
    const { username } = await accounts.get(db, caller, user);
    await groups.put(db, username, { id, label, position });
  },
});
