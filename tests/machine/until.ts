import { setTimeout as pause } from 'node:timers/promises';

/** Only ends what would never end: a busy machine may need minutes for what apt does. */
const LIMIT_MS = 600_000;

/** Waits until the condition is true. @throws after ten minutes. */
export async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + LIMIT_MS; Date.now() < deadline; await pause(100)) if (isSo()) return;
  throw new Error(`It is not so after ten minutes: ${isSo.toString()}`);
}
