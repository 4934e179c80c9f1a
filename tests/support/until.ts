// Waiting for what a test has set off, and not for a time.
import { setTimeout as pause } from 'node:timers/promises';

/** Only ends what would never end; it is no claim about speed. */
const LIMIT_MS = 60_000;
const PAUSE_MS = 10;

/** @throws if it does not become so within a minute. */
export async function until(isSo: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what} happened.`);
    await pause(PAUSE_MS);
  }
}
