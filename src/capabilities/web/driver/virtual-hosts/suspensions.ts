// A suspended account has a file that the web server looks for at each request, so a suspension needs no reload.
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { SUSPENSIONS, suspensionOf } from '../../../../ground/driver/virtual-hosts/places.ts';

export async function isSuspended(machine: DriverMachine, username: string): Promise<boolean> {
  const files = await machine.files([SUSPENSIONS]);
  return (await files.facts(suspensionOf(username))) !== undefined;
}

/** Can be repeated. */
export async function setSuspended(machine: DriverMachine, username: string, isToBe: boolean): Promise<void> {
  const files = await machine.files([SUSPENSIONS]);
  const path = suspensionOf(username);
  if (!isToBe) return files.remove(path);
  await files.makeDirectory(SUSPENSIONS, { mode: 0o755 });
  await files.write(path, '', { mode: 0o644 });
}
