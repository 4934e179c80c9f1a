// Waits for an event that a test has started, and not for a fixed time.
import { setTimeout as pause } from 'node:timers/promises';

/** Only ends what would never end; it is no claim about speed. */
const LIMIT_MS = 60_000;
const PAUSE_MS = 10;

/** @throws if the condition does not become true within a minute. */
export async function until(isSo: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`Waited in vain until ${what} happened.`);
    await pause(PAUSE_MS);
  }
}
