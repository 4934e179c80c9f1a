import { setTimeout as pause } from 'node:timers/promises';

/** Waits until the condition is true. @throws after two minutes. */
export async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await pause(100)) if (isSo()) return;
  throw new Error(`It is not so after two minutes: ${isSo.toString()}`);
}
