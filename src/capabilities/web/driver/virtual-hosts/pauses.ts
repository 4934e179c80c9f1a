// While an account is renamed, its websites answer 503 (Service Unavailable), because their files are not where the web
// server looks for them. This needs no reload.
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { PAUSES, pauseOf } from '../../../../ground/driver/virtual-hosts/places.ts';

export async function pause(machine: DriverMachine, username: string): Promise<void> {
  const files = await machine.files([PAUSES]);
  await files.write(pauseOf(username), '', { mode: 0o644 });
}

export async function endPause(machine: DriverMachine, username: string): Promise<void> {
  const files = await machine.files([PAUSES]);
  await files.remove(pauseOf(username));
}
