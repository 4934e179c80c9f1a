import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { assertUrl, exchange, provider, urlAfterLogin } from '../../capabilities/logins/rules/provider.ts';

export default defineFunction({
  name: 'validate_login_token',
  since: 62,
  summary: 'Exchange the token of a login link for an access token.',
  description:
    'Accepts the session=… of a link from get_login_url, which works once. The access token is an API token of ' +
    'the link’s user, with all privileges of the user, and expires after an hour. The refresh token can be ' +
    'exchanged for another access token once, within a day: pass it as login_token. A reseller can do this for ' +
    'itself and for the resellers that it owns.',
  access: ['create-user-session'],
  effect: 'changes',
  actsOnCaller: true,
  params: {
    login_token: {
      type: 'string',
      required: true,
      sensitive: true,
      maxLength: 256,
      doc: 'The login token, or a refresh token.',
    },
    provider,
    url_after_login: { ...urlAfterLogin, doc: 'The URL for which the link was created.' },
  },
  returns: {
    payload: {
      list: {
        fields: {
          access_token: { type: 'string', doc: 'An API token.' },
          refresh_token: { type: 'string', doc: 'The token to exchange for the next access token.' },
        },
      },
      doc: 'The tokens.',
    },
  },
  list: 'payload',
  examples: [
    {
      args: {
        provider: 'local',
        login_token: 'root:Zk3vQ0cJ8sX1nLr7dWbYhTfM2gPa5eUi9oKqVxCz4RtGyHmNjBwSlDpEuAIFO6_k',
        url_after_login: 'https://billing.example.com/return?state=7',
      },
      doc: 'Exchange a login token, which works once.',
      fails: 'not_found',
    },
  ],

  async handler(args, context) {
    assertUrl(args.url_after_login);
    const tokens = await exchange(context, args.login_token, args.url_after_login);
    if (tokens === undefined) {
      const reason = 'The login token is unknown, was used before, is too old, or belongs to another page.';
      // A token for another URL is used up too.
      throw new ApiError('not_found', reason, { keepsChanges: true });
    }
    return { payload: [{ ...tokens }] };
  },
});
