// Delivers mail that arrived in a queue for held mail after its sender was released: its transfer had begun before.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { ROLE } from '../driver/account.ts';
import { isReleased, ownerOfQueue } from '../driver/exim/held-queues.ts';
import { listHeldQueues, releaseHeld } from '../driver/exim/held.ts';
import { readState } from '../rules/state.ts';

const MINUTE_MS = 60_000;

export default defineTask<Record<string, never>>({
  description: 'Deliver mail that arrived while its sender was released.',
  whenInterrupted: 'retry',
  timer: { everyMs: MINUTE_MS, role: ROLE },

  async run(_input, { machine, transaction, log }) {
    const roles = await transaction('reads', (db) => rolesOf({ db, system: machine.system }));
    if (!roles.has(ROLE)) return {};
    for (const queue of await listHeldQueues(machine)) {
      const username = ownerOfQueue(queue) ?? '';
      const found = await transaction('reads', async (db) =>
        (await accounts.find(db, username)) === undefined ? 'nobody' : readState(db, username),
      );
      if (found === 'nobody') {
        log(`The queue ${queue} has mail of an account that does not exist. It is left there.`);
      } else if (isReleased(queue, username, found)) {
        await releaseHeld(machine, queue);
        log(`The mail in the queue ${queue} was released.`);
      }
    }
    return {};
  },
});
