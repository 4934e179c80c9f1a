import { defineFunction } from '../../core/define.ts';
import { listedTokenFields, showListedToken } from '../../capabilities/logins/rules/api-token-form.ts';
import * as apiTokens from '../../capabilities/logins/rules/api-tokens.ts';
import { callerOf } from '../../capabilities/logins/rules/callers.ts';

export default defineFunction({
  name: 'api_token_list',
  since: 64,
  summary: 'List the caller’s API tokens.',
  description: 'Expired tokens are included. The tokens themselves are shown only when they are created.',
  access: ['manage-api-tokens'],
  effect: 'reads',
  params: {},
  returns: {
    tokens: { map: { fields: listedTokenFields }, keys: 'NAME', doc: 'The tokens by name.' },
  },
  examples: [
    {
      args: {},
      doc: 'Your tokens.',
      setUp: ['api_token_create'],
    },
  ],

  async handler(_args, { caller, db }) {
    const owner = await callerOf(db, caller.user);
    const tokens = await apiTokens.list(db, caller.user);
    return { tokens: Object.fromEntries(tokens.map((token) => [token.name, showListedToken(token, owner)])) };
  },
});
