// Writes the files of this server's roles again after an upgrade of the program that gives them another form.
import { defineTask } from '../../core/task.ts';
import { renew } from '../driver/roles/prepare.ts';
import * as activeProfile from '../../ground/rules/roles/active-profile.ts';
import { hasFailedSince } from '../../ground/rules/tasks/tasks.ts';

const DAY_MS = 86_400_000;
const RENEW = 'renew-role-files';

export default defineTask({
  description: 'Write the files of this server’s roles again, in the form of this version.',
  whenInterrupted: 'retry',
  runsAlone: true,
  // After 5, 15, 45, 135 minutes and so on: somebody may have to correct a file first.
  retries: { count: 6, delayMs: 300_000, growth: 3 },
  // An earlier version has written them. A task that failed after all its retries waits for a day.
  isNeeded: ({ now, transaction }) =>
    transaction(
      'reads',
      async (db) =>
        (await activeProfile.hasEarlierForm(db)) && !(await hasFailedSince(db, RENEW, now() - DAY_MS)),
    ),

  async run(_input, context) {
    const { machine, now, sealer, transaction, randomBytes, log, logFile, signal, withLocks } = context;
    const roles = [
      ...(await transaction('reads', (db) => activeProfile.rolesOf({ db, system: machine.system }))),
    ];
    let changes = 0;
    const changed = (line: string) => {
      changes += 1;
      log(line);
    };
    await renew(roles, {
      ...{ machine, now, log, output: logFile, changed, sealer },
      ...{ transaction, randomBytes, locking: { signal, withLocks } },
      // An earlier attempt may have ended between writing files and the reload of a daemon.
      isRetry: context.isRetry,
      isRenewal: true,
    });
    await transaction('changes', activeProfile.storeForm);
    if (changes === 0) log('Nothing on this server had to be changed.');
    return { roles };
  },
});
