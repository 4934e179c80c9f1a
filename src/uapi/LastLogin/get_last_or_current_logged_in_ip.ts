import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { addressOf } from '../../capabilities/logins/rules/last-login.ts';

export default defineUapi({
  name: 'LastLogin::get_last_or_current_logged_in_ip',
  since: 48,
  summary: 'Show the IP address of the last login to the account’s interface.',
  description:
    'A login begins a session: with a password, an identity provider or a login link. Calls with an API token or a ' +
    'password of their own, and logins by SSH, do not count.',
  effect: 'reads',
  params: {},
  returns: { list: { type: 'string' }, doc: 'The address. Empty if nobody has logged in yet.' },
  examples: [{ args: {}, doc: 'The address.' }],

  async handler(_args, { db, caller }) {
    const address = await addressOf(db, (await accounts.getOwn(db, caller)).username);
    return address === undefined ? [] : [address];
  },
});
