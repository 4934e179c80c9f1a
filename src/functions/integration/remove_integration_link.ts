import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import * as links from '../../capabilities/logins/rules/integration/links.ts';

export default defineFunction({
  name: 'remove_integration_link',
  since: 54,
  summary: 'Remove an integration link of an account.',
  destructive: 'The link and its token are deleted. To restore it, create it again with its token.',
  access: ['cpanel-integration'],
  effect: 'changes',
  params: { app: form.app, user: form.account },
  returns: null,
  examples: [
    {
      args: { user: 'bob', app: 'WHMCS_billing' },
      doc: 'Remove the link to the billing system.',
      setUp: ['createacct', 'create_integration_link'],
    },
  ],

  async handler({ app, user }, { caller, db }) {
    const { username } = await accounts.get(db, caller, user);
    await links.remove(db, username, app);
  },
});
