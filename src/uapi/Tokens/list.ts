import { defineUapi } from '../../core/define-uapi.ts';
import * as accountTokens from '../../capabilities/logins/rules/account-tokens.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineUapi({
  name: 'Tokens::list',
  since: 80,
  summary: 'List the account’s API tokens.',
  description: 'Nobody can read a token again: if it is lost, revoke it and create another one.',
  effect: 'reads',
  feature: 'apitokens',
  params: {},
  returns: {
    list: {
      fields: {
        create_time: { type: 'integer', doc: 'The creation time, in seconds since 1970-01-01.' },
        expires_at: {
          type: 'any',
          doc: 'The expiry time, in seconds since 1970-01-01; null if it never expires.',
        },
        features: { list: { type: 'string' }, doc: 'Always empty: a token has all features of the account.' },
        has_full_access: { type: 'flag', doc: '1, because a token has all features of the account.' },
        name: { type: 'string', doc: 'Its name.' },
        readonly: { type: 'flag', doc: '1 if it only calls functions that change nothing.' },
      },
    },
  },
  examples: [
    {
      args: {},
      doc: 'All tokens.',
      setUp: ['Tokens::create_full_access'],
    },
  ],

  async handler(_args, { caller, db }) {
    const { username } = await accounts.getOwn(db, caller);
    const tokens = await accountTokens.list(db, username);
    return tokens.map(({ name, createdAt, expiresAt, isReadOnly }) => ({
      create_time: Math.floor(createdAt / 1000),
      expires_at: expiresAt === null ? null : Math.floor(expiresAt / 1000),
      features: [],
      has_full_access: 1 as const,
      name,
      readonly: isReadOnly ? (1 as const) : (0 as const),
    }));
  },
});
