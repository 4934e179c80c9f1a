// Removes all messages of a folder of several mailboxes for good. Mailboxes without the folder are left alone.
import { defineStep } from '../../../../../core/plan.ts';
import { expunge, lookAtFolders } from '../look-mailboxes.ts';

interface Input {
  /** Mailboxes, or the name of an account. */
  readonly users: readonly string[];
  readonly folder: string;
}

export default defineStep<Input>({
  kind: 'dovecot/empty-folder',
  describe: ({ users, folder }) => `Remove all messages in “${folder}” of ${users.join(', ')}.`,
  irreversible: 'piecemeal',
  async apply(machine, { input: { users, folder } }) {
    for (const user of users) {
      const isThere = (await lookAtFolders(machine, user)).some(({ name }) => name === folder);
      if (isThere) await expunge(machine, user, { name: folder }, ['all']);
    }
  },
});
