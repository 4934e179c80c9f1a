import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as notifications from '../../capabilities/notify/rules/account-notifications.ts';

export default defineUapi({
  name: 'ContactInformation::set_notification_preferences',
  since: null,
  summary: 'Enable and disable notifications to the owner of the account.',
  description:
    'Notifications that the call does not name stay as they are. The owner is notified when a notification about a ' +
    'login is disabled, unless that is disabled too (notify_…_notification_disabled).',
  effect: 'changes',
  feature: 'updatenotificationprefs',
  params: {
    preferences: {
      type: 'json',
      required: true,
      doc: 'A JSON object of names and 1 or 0, such as {"notify_password_change":"1"}.',
    },
  },
  returns: { list: notifications.preferenceRow, doc: 'All notifications after the change.' },
  examples: [
    { args: { preferences: '{"notify_autossl_renewal":"0"}' }, doc: 'No messages about new certificates.' },
  ],

  async handler({ preferences }, { caller, db, now }) {
    const { username } = await accounts.getOwn(db, caller);
    await notifications.set(db, username, notifications.readPreferences(preferences), now());
    return notifications.list(db, username);
  },
});
