// When the nightly check runs: the timer of its task.
import type { Db } from '../../core/context.ts';
import * as timers from '../tasks/timers.ts';
import { toSeconds } from './runs.ts';

export const CHECK = 'autossl-check';

/** `cron` has five fields; it is empty, and so is `nextTime`, if no worker has stored the timer yet. */
export async function schedule(db: Db): Promise<{ readonly cron: string[]; readonly nextTime: string }> {
  const timer = (await timers.list(db)).find(({ server, kind }) => server === db.server && kind === CHECK);
  if (timer === undefined) return { cron: [], nextTime: '' };
  const next = new Date(timer.nextAt);
  const cron = [String(next.getMinutes()), String(next.getHours()), '*', '*', '*'];
  return { cron, nextTime: toSeconds(timer.nextAt) };
}
