// An account gets another password. The machine changes it in one go, and nobody knows the old one to take it back.
import { defineOperation } from '../core/operation.ts';
import * as sessions from '../model/logins/sessions.ts';

interface SetPassword {
  readonly username: string;
}

export default defineOperation<SetPassword>({
  onlyForward: true,
  needsSecret: true,
  claims: ({ username }) => [`account ${username}`],
  steps: ({ username }) => [
    {
      says: `Set the password of “${username}”.`,
      run: async (machine, secret) => (await machine.users()).setPassword(username, secret),
    },
  ],
  // Whoever logged in with the old one is out.
  finish: (db, { username }) => sessions.closeAll(db, username),
});
