import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { ensureUrl, exchange, provider, urlAfterLogin } from '../../model/logins/provider.ts';

export default defineFunction({
  name: 'validate_login_token',
  since: 62,
  summary: 'Give an access token for the token of a login link.',
  description:
    'Takes what a link of get_login_url carries as session=…, and uses it up. The access token is an API token of ' +
    'the user whose link it was, with all that the user holds; it expires in an hour. The refresh token is worth ' +
    'another access token, once, within a day: give it as login_token. A reseller may do it for itself and ' +
    'the resellers that it owns.',
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
    url_after_login: { ...urlAfterLogin, doc: 'The URL with which the link was made.' },
  },
  returns: {
    payload: {
      list: {
        fields: {
          access_token: { type: 'string', doc: 'An API token.' },
          refresh_token: { type: 'string', doc: 'What the next access token is given for.' },
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
    ensureUrl(args.url_after_login);
    const tokens = await exchange(context, args.login_token, args.url_after_login);
    if (tokens === undefined) {
      const reason = 'The login token is unknown, was used before, is too old, or belongs to another page.';
      // One that was sent for another page is used up all the same.
      throw new ApiError('not_found', reason, { keepsChanges: true });
    }
    return { payload: [{ ...tokens }] };
  },
});
