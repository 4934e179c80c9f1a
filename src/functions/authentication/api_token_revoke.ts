import { defineFunction } from '../../core/define.ts';
import { assertNotWider } from '../../capabilities/logins/rules/acting-as.ts';
import * as apiTokens from '../../capabilities/logins/rules/api-tokens.ts';

export default defineFunction({
  name: 'api_token_revoke',
  since: 64,
  summary: 'Remove one or several of the caller’s API tokens.',
  description: 'The tokens stop working at once. If one of the names is unknown, no token is removed.',
  destructive:
    'The tokens stop working at once, and so does every program that uses them. This cannot be undone.',
  access: ['manage-api-tokens'],
  effect: 'changes',
  params: {
    token_name: {
      ...apiTokens.tokenName,
      required: true,
      list: true,
      doc: 'The name of a token. Repeatable, or numbered: token_name-1, token_name-2.',
    },
  },
  returns: null,
  examples: [
    {
      args: { token_name: ['billing', 'monitoring'] },
      doc: 'Remove two tokens.',
      setUp: ['api_token_create', { command: 'api_token_create', args: { token_name: 'monitoring' } }],
    },
  ],

  async handler(args, { caller, db }) {
    const named = new Set(args.token_name);
    for (const token of await apiTokens.list(db, caller.user)) {
      if (named.has(token.name)) assertNotWider(caller, token);
    }
    const unknown: string[] = [];
    for (const name of named) {
      if (!(await apiTokens.remove(db, caller.user, name))) unknown.push(name);
    }
    if (unknown.length > 0) throw apiTokens.noSuchTokens(unknown);
  },
});
