// Every hour: asks the issuer which certificates are to be renewed, renews those that are due, and goes on where the issuer’s
// limits have ended a check. Certificates can be valid for six days only, and an issuer that revokes some gives a day.
import { defineTask } from '../../../core/task.ts';
import { Challenges, pause } from '../driver/acme/challenges.ts';
import { check } from '../rules/autossl/check.ts';
import { isOnlyCheck, isToAskAbout, usersWithDue } from '../rules/autossl/schedule.ts';
import * as settings from '../rules/autossl/settings.ts';

const HOUR_MS = 3_600_000;

export default defineTask({
  description: 'Renew the certificates that are due (AutoSSL).',
  whenInterrupted: 'retry',
  timer: { everyMs: HOUR_MS },

  async run(_input, context) {
    const { transaction, now, machine, id } = context;
    const isNeeded = await transaction('reads', async (db) => {
      if ((await settings.provider(db)) === undefined || !(await isOnlyCheck(db, id))) return false;
      return (await isToAskAbout(db, now())) || (await usersWithDue(db, now())).size > 0;
    });
    if (!isNeeded) return undefined;
    const challenges = await Challenges.open(machine);
    const result = await check(
      { ...context, challenges, pause },
      { retriesAll: false, onlyDue: true, chooses: (db) => usersWithDue(db, now()) },
    );
    return result === undefined ? undefined : { ...result };
  },
});
