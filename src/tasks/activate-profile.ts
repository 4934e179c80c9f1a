// Prepares this server for a profile, stores its roles as active, and then writes what belongs to accounts.
import { defineTask } from '../core/task.ts';
import { prepare, release, writeAccounts } from '../drivers/roles/prepare.ts';
import * as secondaries from '../model/dns/secondaries.ts';
import { serverSettings } from '../model/dns/server-settings.ts';
import { accountFiles } from '../model/roles/account-files.ts';
import * as activeProfile from '../model/roles/active-profile.ts';

interface Input {
  readonly code: string;
  /** The roles that are enabled. */
  readonly roles: readonly string[];
}

export default defineTask<Input>({
  description: 'Prepare this server for a profile.',
  whenInterrupted: 'retry',

  async run({ code, roles }, context) {
    const { machine, now, sealer, transaction, progress, log, logFile, signal, withLocks, isRetry } = context;
    log(`The profile ${code} has the roles ${roles.join(', ')}.`);
    let changes = 0;
    const changed = (line: string) => {
      changes += 1;
      log(line);
    };
    const nameServer = serverSettings(context);
    const work = {
      ...{ machine, now, log, output: logFile, changed, sealer, isRetry },
      ...{ nameServer, ...accountFiles(context), locking: { signal, withLocks } },
    };
    await prepare(roles, work, (share, activity) => {
      signal.throwIfAborted();
      progress(Math.round(share * 100), activity);
    });
    await transaction('changes', async (db) => {
      await activeProfile.store(db, code, roles, now());
      if (!roles.includes('DNS') && (await secondaries.unregister(db))) {
        await secondaries.updateOthers(db, now());
      }
    });
    log(`The profile ${code} is active.`);
    progress(90, 'Writing the files of accounts');
    await writeAccounts(roles, work);
    await release(roles, work);
    await transaction('changes', activeProfile.storeForm);
    if (changes === 0) log('Nothing on this server had to be changed.');
    return { code, roles: [...roles] };
  },
});
