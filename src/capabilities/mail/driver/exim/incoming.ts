// Tells Exim what an administrator has set for incoming mail. It reads the file at each message.
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { lookupStep } from './lookups.ts';

/** @param file its name below Exim’s folder, and its content. Can be repeated. */
export async function writeIncoming(machine: DriverMachine, file: readonly [string, string]): Promise<void> {
  const step = lookupStep({ username: 'incoming mail', files: [file] });
  await step.apply(machine, await step.prepare(machine));
}
