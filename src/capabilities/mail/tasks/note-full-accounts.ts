// Tells Exim which accounts have hardly any disk space left, so that it refuses their mail while the sender is connected.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { ROLE } from '../driver/account.ts';
import { writeRoom } from '../driver/exim/account-room.ts';

export default defineTask<Record<string, never>>({
  description: 'Have the mail server know which accounts have no disk space left.',
  whenInterrupted: 'retry',
  timer: { everyMs: 120_000, role: ROLE },

  async run(_input, { machine, transaction }) {
    const { system } = machine;
    const all = await transaction('reads', async (db) =>
      (await rolesOf({ db, system })).has(ROLE) ? accounts.listAll(db) : undefined,
    );
    if (all === undefined) return {};
    await writeRoom(
      machine,
      all.map(({ username, settings: { diskLimit } }) => ({ username, limit: diskLimit })),
    );
    return {};
  },
});
