import { defineCapability } from '../define.ts';
import * as accountContacts from './rules/account-contacts.ts';
import * as notifications from './rules/account-notifications.ts';
import { tellOwner } from './rules/contact-changes.ts';

declare module '../define.ts' {
  interface ChangedAccount {
    /** Which notifications its owner receives from now on. The others stay as they are. */
    readonly notifications?: readonly (readonly [notifications.Preference, boolean])[];
  }
}

export default defineCapability({
  name: 'notify',
  rows: [
    { table: 'account_second_contact' },
    { table: 'account_notification' },
    { table: 'account_contact_secret', whenRenamed: 'sealed' },
  ],
  stored: {
    renamed: (db, { from, to }, { sealer }) => accountContacts.rename(db, sealer, from, to),
    async changed(db, { before, after, notifications: wanted = [] }, { now }) {
      if (before.contactEmail !== after.contactEmail)
        await tellOwner(db, after.username, [before.contactEmail], now);
      // The choice before this change decides whether the owner gets a message about new addresses.
      await notifications.set(db, after.username, new Map(wanted), now);
    },
  },
});
