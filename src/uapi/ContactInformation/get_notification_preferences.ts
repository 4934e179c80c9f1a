import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as notifications from '../../capabilities/notify/rules/account-notifications.ts';

export default defineUapi({
  name: 'ContactInformation::get_notification_preferences',
  since: null,
  summary: 'List the notifications of this server, and whether the owner of the account receives them.',
  description:
    'They go to the contact addresses of the account and, if it has an access token, to Pushbullet. Each is enabled ' +
    'until the account disables it. Those about certificates also depend on the server’s settings of AutoSSL.',
  effect: 'reads',
  feature: 'updatenotificationprefs',
  params: {},
  returns: { list: notifications.preferenceRow },
  examples: [{ args: {}, doc: 'All notifications.' }],

  async handler(_args, { caller, db }) {
    const { username } = await accounts.getOwn(db, caller);
    return notifications.list(db, username);
  },
});
