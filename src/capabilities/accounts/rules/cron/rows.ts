// The rows of Cron::listcron.
import { jobsIn, keysOf } from './crontab.ts';
import { htmlSafe } from './parameters.ts';

export async function rowsOf(crontab: string, sha256: (text: string) => Promise<Uint8Array>) {
  const jobs = jobsIn(crontab);
  const keys = await keysOf(jobs, sha256);
  const rows = jobs.map(({ count, minute, hour, day, month, weekday, command }, at) => ({
    ...{ count, linekey: keys[at] ?? '', minute, hour, day, month, weekday, command },
    command_htmlsafe: htmlSafe(command),
  }));
  return [...rows, { count: rows.length + 1 }];
}
