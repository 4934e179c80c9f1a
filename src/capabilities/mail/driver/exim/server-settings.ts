// Tells Exim what an administrator has set for the whole server. Exim reads the file at each message.
// Without the file, no setting has a value.
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import type { ServerSetting } from '../../rules/server-settings.ts';
import { lookupStep } from './lookups.ts';
import { FOLDER } from './places.ts';

const FILE = `${FOLDER}/server/settings`;

/** The value of a setting, as an expansion of Exim. Empty if it is not set. */
export const serverSetting = (name: ServerSetting) =>
  `\${if exists{${FILE}}{\${lookup{${name}}lsearch{${FILE}}}}}`;

/** @param file its name below Exim’s folder, and its content. Can be repeated. */
export async function writeServerSettings(
  machine: DriverMachine,
  file: readonly [string, string],
): Promise<void> {
  const step = lookupStep({ username: 'settings of the server', files: [file] });
  await step.apply(machine, await step.prepare(machine));
}
