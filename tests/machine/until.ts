import { setTimeout as pause } from 'node:timers/promises';

/** Only ends what would never end: a busy machine may need minutes for what apt does. */
const LIMIT_MS = 600_000;

/** Waits until the condition is true. What takes longer is asked for less often. @throws after ten minutes. */
export async function until(isSo: () => boolean): Promise<void> {
  const begun = Date.now();
  for (let waited = 0; waited < LIMIT_MS; waited = Date.now() - begun) {
    if (isSo()) return;
    await pause(Math.min(Math.max(100, waited / 10), 1000));
  }
  throw new Error(`It is not so after ten minutes: ${isSo.toString()}`);
}
