import { defineFunction } from '../../core/define.ts';
import { callerToActAs } from '../../capabilities/logins/rules/acting-as.ts';
import { assertUrl, provider, urlAfterLogin } from '../../capabilities/logins/rules/provider.ts';
import * as loginTokens from '../../capabilities/logins/rules/tokens.ts';

export default defineFunction({
  name: 'get_login_url',
  since: 62,
  summary: 'Create a one-time link that logs the caller’s browser in and redirects it to another page.',
  description:
    'WHM creates such links for the cPanel Store and the providers of its market. Here the server itself is the ' +
    'provider. The link works once, within 15 minutes. Instead of a browser, a program can use the token from the ' +
    'link’s session=… with validate_login_token.',
  access: ['create-user-session'],
  effect: 'changes',
  actsOnCaller: true,
  params: { provider, url_after_login: urlAfterLogin },
  returns: { payload: { type: 'string', doc: 'The link.' } },
  examples: [
    {
      args: { provider: 'local', url_after_login: 'https://billing.example.com/return?state=7' },
      doc: 'A link that logs you in and then opens a page of the billing system.',
    },
  ],

  async handler(args, context) {
    const { caller, db, system, randomBytes } = context;
    assertUrl(args.url_after_login);
    await callerToActAs(db, caller, caller.user);
    const securityToken = await loginTokens.newSecurityToken(randomBytes);
    const { text } = await loginTokens.make(context, {
      user: caller.user,
      service: 'whostmgrd',
      app: args.url_after_login,
      lifetimeMs: loginTokens.LINK_MS,
      securityToken,
    });
    return { payload: loginTokens.linkOf(system.hostname(), securityToken, text) };
  },
});
