// Accounts have to choose a new password at their next login.
import { defineOperation } from '../core/operation.ts';

interface ExpirePasswords {
  readonly usernames: readonly string[];
}

export default defineOperation<ExpirePasswords>({
  onlyForward: true,
  claims: ({ usernames }) => usernames.map((username) => `account ${username}`),
  steps: ({ usernames }) =>
    usernames.map((username) => ({
      says: `Expire the password of “${username}”.`,
      run: async (machine) => (await machine.users()).expirePassword(username),
    })),
  finish: async () => undefined,
});
