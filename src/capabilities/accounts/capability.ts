import { defineCapability } from '../define.ts';
import { USER } from './driver/account-part.ts';
import * as copies from '../../ground/rules/machine-copies.ts';
import { part as quota } from './driver/quota/account.ts';
import { part as users } from './driver/users/account.ts';
import { disown, renameOwner } from './rules/possessions.ts';
import { FOLLOW, REMOVE, withdraw } from './rules/postponed.ts';
import * as resellers from './rules/resellers/resellers.ts';

export default defineCapability({
  name: 'accounts',
  parts: [users, quota],
  rows: [
    { table: 'account' },
    { table: 'feature_override' },
    { table: 'reseller' },
    { table: 'reseller_privilege' },
    { table: 'reseller_ip' },
    { table: 'reseller_package' },
    { table: 'public_contact' },
    { table: 'personalization' },
    { table: 'disk_usage_warning' },
  ],
  stored: {
    async created(db, { account: { username }, isReseller }) {
      if (isReseller) await resellers.setUp(db, username, false);
    },
    renamed: (db, { from, to }) => renameOwner(db, from, to),
    async rebuilt(db, { username, part }) {
      if (part === USER) await copies.forget(db, 'login', username);
    },
    async removed(db, { uid }, { now }) {
      for (const kind of [FOLLOW, REMOVE]) await withdraw(db, kind, uid, now);
      // Nobody else may get the files that this user leaves anywhere.
      await db.run(
        'INSERT INTO removed_user_id (server, id) VALUES (?, ?) ON CONFLICT DO NOTHING',
        ...[db.server, uid],
      );
    },
    forgotten: disown,
  },
});
