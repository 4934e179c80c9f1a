// Removes messages of a folder for good.
import { defineStep } from '../../../../../core/plan.ts';
import { assertQuery, expunge, type FolderName } from '../look-mailboxes.ts';

interface Input {
  /** A mailbox, or the name of an account. */
  readonly user: string;
  readonly folder: FolderName;
  /** The words of a search query of Dovecot. */
  readonly query: readonly string[];
}

export default defineStep<Input>({
  kind: 'dovecot/expunge',
  describe: ({ user, folder, query }) =>
    `Remove the messages of “${user}” in “${'name' in folder ? folder.name : folder.guid}” that match: ${query.join(' ')}`,
  irreversible: 'piecemeal',
  async prepare(machine, { user, folder, query }) {
    await assertQuery(machine, user, folder, query);
    return undefined;
  },
  apply: (machine, { input: { user, folder, query } }) => expunge(machine, user, folder, query),
});
