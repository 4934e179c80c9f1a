import { defineFunction } from '../../core/define.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as form from '../../capabilities/logins/rules/integration/link-form.ts';
import * as links from '../../capabilities/logins/rules/integration/links.ts';

export default defineFunction({
  name: 'update_integration_link_token',
  since: 54,
  summary: 'Update the token of an integration link.',
  access: ['cpanel-integration'],
  effect: 'changes',
  params: {
    app: form.app,
    token: { ...form.token, doc: 'The new token, which is stored encrypted.' },
    user: form.account,
  },
  returns: null,
  examples: [
    {
      args: { user: 'bob', app: 'WHMCS_billing', token: 'Tq2Lm9Zc' },
      doc: 'To keep the token out of the process list, use --file token=PATH.',
      setUp: ['createacct', 'create_integration_link'],
    },
  ],

  async handler({ app, token, user }, context) {
    const { username } = await accounts.get(context.db, context.caller, user);
    await links.setToken(context, username, app, token);
  },
});
