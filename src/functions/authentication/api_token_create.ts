import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/logins/rules/api-token-form.ts';
import { assertConfirmed } from '../../capabilities/logins/rules/acting-as.ts';
import * as apiTokens from '../../capabilities/logins/rules/api-tokens.ts';
import { callerOf } from '../../capabilities/logins/rules/callers.ts';

export default defineFunction({
  name: 'api_token_create',
  since: 64,
  summary: 'Create an API token, with which a program logs in as the caller.',
  description:
    'The token is shown only once: the server stores only a hash of it. A program sends it in the header ' +
    '“Authorization: whm USER:TOKEN”. It has the privileges of the caller, or only those in “acl”. If the caller ' +
    'loses a privilege, the token loses it too. Expired tokens stay in the list until they are revoked.',
  access: ['manage-api-tokens'],
  effect: 'changes',
  params: {
    token_name: {
      ...apiTokens.tokenName,
      required: true,
      doc: 'The name, which must be unique among your tokens.',
    },
    ...form.tokenParams,
  },
  returns: {
    ...form.tokenFields,
    token: { type: 'string', doc: 'The token: 32 capital letters and digits.' },
  },
  examples: [
    { args: { token_name: 'billing' }, doc: 'A token with all your privileges.' },
    {
      args: {
        token_name: 'monitoring',
        acl: ['acct-summary', 'list-accts'],
        expires_at: '1893456000',
        whitelist_ip: ['192.0.2.8/29', 'fc00:abcd::f'],
      },
      doc: 'A read-only token that is valid until the end of 2029, from certain addresses.',
    },
  ],

  async handler(args, { caller, db, now, randomBytes, sha256, warn }) {
    assertConfirmed(caller, 'create an API token');
    const owner = await callerOf(db, caller.user);
    const token: apiTokens.ApiToken = {
      name: args.token_name,
      grant: form.readGrant(caller, args.acl),
      createdAt: now(),
      expiresAt: form.readExpiry(args.expires_at, now()),
      whitelist: form.readWhitelist(args.whitelist_ip),
    };
    const text = await apiTokens.newText(randomBytes);
    await apiTokens.add(db, caller.user, token, await sha256(text));
    form.warningsOf(token.grant).forEach(warn);
    return { ...form.showToken(token, owner), token: text };
  },
});
