// Removes the mail of a mailbox that no longer exists, with the rights of the account’s user.
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly username: string;
  /** The mailbox. */
  readonly address: string;
  /** The mailbox’s folder below `~/mail` and `~/etc`. */
  readonly folder: string;
}

export default defineStep<Input>({
  kind: 'mailboxes/remove-mail',
  irreversible: 'piecemeal',
  describe: ({ address }) => `Remove all mail of “${address}”.`,
  async apply(machine, { input: { username, folder } }) {
    const files = await machine.userFiles(username);
    for (const path of [`mail/${folder}`, `etc/${folder}`])
      if ((await files.stat(path)) !== undefined) await files.remove(path);
  },
});
