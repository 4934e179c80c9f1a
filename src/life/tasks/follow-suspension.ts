// Has the daemons follow the suspension of an account, or its end, where they did not when it was called.
import { ApiError } from '../../core/errors.ts';
import { defineTask } from '../../core/task.ts';
import * as accountParts from '../driver/account-parts.ts';
import { doNow } from '../../ground/driver/daemons/do-now.ts';
import { withAccount } from '../../ground/driver/each-account.ts';
import { partDependencies } from '../driver/account-parts.ts';
import { confirmSoon } from '../../capabilities/web/rules/confirmation.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { RETRIES, type Postponed } from '../../capabilities/accounts/rules/postponed.ts';

const root = { user: 'root', privileges: 'all' } as const;

export default defineTask<Postponed>({
  description: 'Have the daemons follow the suspension of an account, or its end.',
  whenInterrupted: 'retry',
  retries: RETRIES,

  async run({ uid }, { machine, sealer, now, log, transaction, withLocks }) {
    const found = await transaction('reads', (db) => accounts.findByUserId(db, uid));
    if (found === undefined) return { account: null };
    const { username } = found;
    await withAccount({ withLocks }, username, async () => {
      const steps = await transaction('reads', async (db) => {
        const account = await accounts.findByUserId(db, uid);
        // A call has the lock of the new name.
        if (account !== undefined && account.username !== username)
          throw new ApiError('busy', `“${username}” was renamed to “${account.username}”.`);
        if (account === undefined) return [];
        const voice = { inform: log, warn: log };
        const context = { db, caller: root, sealer, system: machine.system, version: '', now, ...voice };
        return accountParts.daemonsFollow(await partDependencies(context), account);
      });
      const refusals = await doNow(machine, sealer, steps);
      for (const refusal of refusals) log(refusal);
      if (refusals.length > 0) throw new ApiError('host_failed', refusals.join(' '));
      // PHP-FPM was not waited for.
      await transaction('changes', (db) => confirmSoon(db, now()));
    });
    return { account: username };
  },
});
