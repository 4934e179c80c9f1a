import { defineFunction } from '../../core/define.ts';
import type { Fields } from '../../core/define.ts';
import { showToken, tokenFields } from '../../capabilities/logins/rules/api-token-form.ts';
import * as apiTokens from '../../capabilities/logins/rules/api-tokens.ts';
import { callerOf } from '../../capabilities/logins/rules/callers.ts';

export default defineFunction({
  name: 'api_token_get_details',
  since: 98,
  summary: 'Show the privileges of one of the caller’s API tokens, by the token itself.',
  description:
    'A program can use this to inspect its own token. For a token that the caller does not have, the call ' +
    'succeeds and returns no data. To keep the token out of the process list, use --file token=PATH.',
  access: 'any',
  effect: 'reads',
  params: {
    token: { type: 'string', required: true, sensitive: true, maxLength: 64, doc: 'The token.' },
  },
  returns: {
    acls: { ...tokenFields.acls, optional: true },
    create_time: { ...tokenFields.create_time, optional: true },
    expires_at: { ...tokenFields.expires_at, optional: true },
    name: { ...tokenFields.name, optional: true },
    whitelist_ips: { ...tokenFields.whitelist_ips, optional: true },
  } satisfies Fields,
  examples: [
    {
      args: { token: 'K7Q2M9X4T1B8V5C3N6Z0H2J4L8P5R7W1' },
      doc: 'Show a token. No data is returned if it is not yours.',
    },
  ],

  async handler({ token }, { caller, db, sha256 }) {
    const found = await apiTokens.findByHash(db, caller.user, await sha256(token));
    return found === undefined ? {} : showToken(found, await callerOf(db, caller.user));
  },
});
