import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import * as links from '../../capabilities/logins/rules/integration/links.ts';

export default defineFunction({
  name: 'list_integration_links',
  since: 54,
  summary: 'List the integration links of an account.',
  description: 'To show a link’s URLs and label, run get_integration_link_user_config.',
  access: ['cpanel-integration'],
  effect: 'reads',
  params: { user: form.account },
  returns: {
    links: {
      list: { fields: { app: { type: 'string', doc: 'The name of the link.' } } },
      doc: 'The links, in the order in which the user sees them. Hidden links are included.',
    },
  },
  list: 'links',
  examples: [
    {
      args: { user: 'bob' },
      doc: 'The links of the account “bob”.',
      setUp: ['createacct', 'create_integration_link'],
    },
  ],

  async handler({ user }, { caller, db }) {
    const { username } = await accounts.get(db, caller, user);
    return { links: (await links.list(db, username)).map(({ app }) => ({ app })) };
  },
});
