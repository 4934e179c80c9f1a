import { defineUapi } from '../../core/define-uapi.ts';
import * as accountTokens from '../../capabilities/logins/rules/account-tokens.ts';
import * as apiTokens from '../../capabilities/logins/rules/api-tokens.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineUapi({
  name: 'Tokens::revoke',
  since: 80,
  summary: 'Remove an API token of the account.',
  destructive:
    'The token stops working at once, and so does every program that uses it. This cannot be undone.',
  effect: 'changes',
  feature: 'apitokens',
  params: { name: { ...apiTokens.tokenName, required: true, doc: 'The name.' } },
  returns: { type: 'flag', doc: '1 if the token was removed, 0 if there was none with this name.' },
  examples: [
    {
      args: { name: 'deploy' },
      doc: 'Remove a token.',
      setUp: ['Tokens::create_full_access'],
    },
  ],

  async handler({ name }, { caller, db }) {
    const { username } = await accounts.getOwn(db, caller);
    return (await accountTokens.remove(db, username, name)) ? 1 : 0;
  },
});
