// Prepares this server for a profile, and then stores its roles as active.
import { defineTask } from '../core/task.ts';
import { prepare } from '../drivers/roles/prepare.ts';
import { listFiles } from '../model/certificates/installed.ts';
import { addMissing } from '../model/certificates/missing.ts';
import * as secondaries from '../model/dns/secondaries.ts';
import { serverSettings } from '../model/dns/server-settings.ts';
import { listAccountWebs } from '../model/web/account-web.ts';
import { setFirstDefault } from '../model/php/settings.ts';
import { listPools } from '../model/php/virtual-hosts.ts';
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
    const { machine, now, sealer, transaction, progress, log, logFile, signal } = context;
    log(`The profile ${code} has the roles ${roles.join(', ')}.`);
    let changes = 0;
    const changed = (line: string) => {
      changes += 1;
      log(line);
    };
    const nameServer = serverSettings(context);
    const accountWebs = () => transaction('reads', (db) => listAccountWebs(db));
    const siteCertificates = async () => {
      await addMissing(context);
      return transaction('reads', (db) => listFiles(db));
    };
    const accountPools = (newest: string | undefined) =>
      transaction('changes', async (db) => {
        await setFirstDefault(db, newest);
        return listPools(db);
      });
    const work = {
      ...{ machine, now, log, output: logFile, changed, sealer },
      ...{ nameServer, accountWebs, accountPools, siteCertificates },
    };
    await prepare(roles, work, (share, activity) => {
      signal.throwIfAborted();
      progress(Math.round(share * 100), activity);
    });
    if (changes === 0) log('Nothing on this server had to be changed.');
    await transaction('changes', async (db) => {
      await activeProfile.store(db, code, roles, now());
      if (!roles.includes('DNS') && (await secondaries.unregister(db))) {
        await secondaries.updateOthers(db, now());
      }
    });
    log(`The profile ${code} is active.`);
    return { code, roles: [...roles] };
  },
});
