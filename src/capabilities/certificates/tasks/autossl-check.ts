// Checks the certificates of virtual hosts, and gets those that are missing or about to expire from the issuer.
import { defineTask } from '../../../core/task.ts';
import { Challenges, pause } from '../driver/acme/challenges.ts';
import { check } from '../rules/autossl/check.ts';
import { isOnlyCheck } from '../rules/autossl/schedule.ts';

interface Input {
  /** Default: all accounts. */
  readonly username?: string;
  /** True if names that the issuer could not validate recently are tried again now. */
  readonly retries_all?: boolean;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export default defineTask<Input>({
  description: 'Check the certificates of virtual hosts (AutoSSL).',
  // An order that was under way is continued.
  whenInterrupted: 'retry',
  // After 10 minutes, half an hour, one and a half hours, four and a half hours. Then the next night.
  retries: { count: 4, delayMs: 10 * MINUTE_MS, growth: 3 },
  timer: { everyMs: DAY_MS, hour: 1, keepsMinute: true },

  async run({ username, retries_all: retriesAll = false }, context) {
    const challenges = await Challenges.open(context.machine);
    if (await context.transaction('reads', (db) => isOnlyCheck(db, context.id))) await challenges.clear();
    const result = await check({ ...context, challenges, pause }, { username, retriesAll });
    return result === undefined ? undefined : { ...result };
  },
});
