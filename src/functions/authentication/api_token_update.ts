import { defineFunction } from '../../core/define.ts';
import { assertNotWider } from '../../capabilities/logins/rules/acting-as.ts';
import * as form from '../../capabilities/logins/rules/api-token-form.ts';
import * as apiTokens from '../../capabilities/logins/rules/api-tokens.ts';
import { callerOf } from '../../capabilities/logins/rules/callers.ts';

export default defineFunction({
  name: 'api_token_update',
  since: 68,
  summary: 'Update the name, privileges, expiry and addresses of an API token.',
  description:
    'The token itself stays the same. As in WHM, omitted parameters do not keep their values: without acl the ' +
    'token gets all your privileges, and without expires_at it never expires. A warning reports if this extends ' +
    'the token. Without whitelist_ip, the addresses are kept.',
  access: ['manage-api-tokens'],
  effect: 'changes',
  params: {
    token_name: { ...apiTokens.tokenName, required: true },
    new_name: { ...apiTokens.tokenName, doc: 'The new name, which must be unique among your tokens.' },
    ...form.tokenParams,
  },
  returns: form.tokenFields,
  examples: [
    {
      args: { token_name: 'billing', new_name: 'shop', acl: ['create-acct', 'list-accts'] },
      doc: 'A new name and new privileges. The token never expires.',
      setUp: ['api_token_create'],
    },
    {
      args: { token_name: 'billing', acl: 'list-accts', whitelist_ip: 'any' },
      doc: 'Allow the token from every address again.',
      setUp: [
        {
          command: 'api_token_create',
          args: { token_name: 'billing', acl: 'list-accts', whitelist_ip: '192.0.2.1' },
        },
      ],
    },
  ],

  async handler(args, { caller, db, now, warn }) {
    const owner = await callerOf(db, caller.user);
    const before = await apiTokens.get(db, caller.user, args.token_name);
    assertNotWider(caller, before);
    const after: apiTokens.ApiToken = {
      ...before,
      name: args.new_name ?? before.name,
      grant: form.readGrant(caller, args.acl),
      expiresAt: form.readExpiry(args.expires_at, now()),
      whitelist: args.whitelist_ip.length === 0 ? before.whitelist : form.readWhitelist(args.whitelist_ip),
    };
    await apiTokens.update(db, caller.user, before.name, after);
    if (args.acl.length === 0 && before.grant !== 'everything') {
      warn(
        `“acl” was omitted: “${after.name}” now has all your privileges. ` +
          `Before, it had ${before.grant.map((name) => `“${name}”`).join(', ')}.`,
      );
    }
    if (after.expiresAt === null && before.expiresAt !== null) {
      warn(
        `“${after.name}” now never expires. Before, it was to expire at ${form.inWords(before.expiresAt)}.`,
      );
    }
    form.warningsOf(after.grant).forEach(warn);
    return form.showToken(after, owner);
  },
});
