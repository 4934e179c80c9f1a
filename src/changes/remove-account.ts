// An account goes, with its user, its home and everything the store knows of it. There is no way back.
import { defineOperation } from '../core/operation.ts';
import * as users from '../model/accounts/users.ts';

interface RemoveAccount {
  readonly username: string;
  readonly home: string;
  readonly uid: number;
}

export default defineOperation<RemoveAccount>({
  onlyForward: true,
  // What it owns becomes root's: nobody may give it an account meanwhile.
  claims: ({ username }) => [`account ${username}`, `accounts of ${username}`],
  steps: ({ username, home, uid }) => [
    {
      says: `End the processes of “${username}”; remove the user, its crontab and the home “${home}”.`,
      run: async (machine) => (await machine.users()).remove(username, { home, uid }),
    },
  ],
  async finish(db, { username, uid }) {
    await users.forget(db, username);
    await db.run(
      'INSERT INTO removed_user_id (server, id) VALUES (?, ?) ON CONFLICT DO NOTHING',
      db.server,
      uid,
    );
  },
});
