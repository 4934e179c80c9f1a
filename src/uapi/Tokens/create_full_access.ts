import { defineUapi } from '../../core/define-uapi.ts';
import * as accountTokens from '../../capabilities/logins/rules/account-tokens.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import { readExpiry, tokenParams } from '../../capabilities/logins/rules/api-token-form.ts';
import * as apiTokens from '../../capabilities/logins/rules/api-tokens.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';

export default defineUapi({
  name: 'Tokens::create_full_access',
  since: 80,
  summary: 'Create an API token, with which a program calls UAPI as the account.',
  description:
    'The token is shown only once: the server stores only a hash of it. A program sends it to the port for accounts ' +
    'in the header “Authorization: cpanel USER:TOKEN”. It may call every function that the account may call, or, ' +
    'with readonly=1, only those that change nothing and return no private key (and no Batch::strict). It can still ' +
    'read the account’s files. Expired tokens stay in the list until they are revoked.',
  effect: 'changes',
  feature: 'apitokens',
  params: {
    name: {
      ...apiTokens.tokenName,
      required: true,
      doc: 'The name, which must be unique among your tokens.',
    },
    expires_at: tokenParams.expires_at,
    readonly: {
      type: 'flag',
      default: 0,
      doc: '1: the token only calls functions that change nothing and return no secret.',
    },
  },
  returns: {
    fields: {
      create_time: { type: 'integer', doc: 'The creation time, in seconds since 1970-01-01.' },
      token: { type: 'string', doc: 'The token: 32 capital letters and digits.' },
    },
  },
  examples: [
    { args: { name: 'deploy' }, doc: 'A token that never expires.' },
    {
      args: { name: 'monitoring', readonly: '1', expires_at: '1893456000' },
      doc: 'A read-only token until the end of 2029.',
    },
  ],

  async handler(args, { caller, db, now, randomBytes, sha256 }) {
    assertConfirmed(caller, 'create an API token');
    const { username } = await accounts.getOwn(db, caller);
    const createdAt = now();
    const token = {
      name: args.name,
      isReadOnly: args.readonly,
      createdAt,
      expiresAt: readExpiry(args.expires_at, createdAt),
    };
    const text = await apiTokens.newText(randomBytes);
    await accountTokens.add(db, username, token, await sha256(text));
    return { create_time: Math.floor(createdAt / 1000), token: text };
  },
});
