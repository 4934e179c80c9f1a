import { defineUapi } from '../../core/define-uapi.ts';
import * as accountTokens from '../../capabilities/logins/rules/account-tokens.ts';
import * as apiTokens from '../../capabilities/logins/rules/api-tokens.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineUapi({
  name: 'Tokens::rename',
  since: 80,
  summary: 'Rename an API token of the account.',
  description: 'The token itself stays the same.',
  effect: 'changes',
  feature: 'apitokens',
  params: {
    name: { ...apiTokens.tokenName, required: true, doc: 'The present name.' },
    new_name: {
      ...apiTokens.tokenName,
      required: true,
      doc: 'The new name, which must be unique among your tokens.',
    },
  },
  returns: null,
  examples: [
    {
      args: { name: 'deploy', new_name: 'shop' },
      doc: 'Another name.',
      setUp: ['Tokens::create_full_access'],
    },
  ],

  async handler(args, { caller, db }) {
    const { username } = await accounts.getOwn(db, caller);
    await accountTokens.rename(db, username, args.name, args.new_name);
  },
});
