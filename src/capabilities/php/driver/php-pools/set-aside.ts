// Takes the pools out of PHP-FPM’s configuration that keep it from starting, so that all other websites have PHP again.
import { MachineError } from '../../../../core/machine-error.ts';
import type { PhpVersion } from '../../rules/versions.ts';
import type { DriverPort } from '../../../../ground/driver/file-driver.ts';
import { setAside, type Rejection } from '../../../../ground/driver/set-aside.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { assertWholeConfiguration, exclusively } from './control.ts';
import { rejectedFile, whoseFile } from './examine.ts';
import { CONFIGURATION, usernameOf } from './places.ts';

/**
 * Removes files of accounts that PHP-FPM rejects, until it accepts its configuration.
 * @returns a sentence for each file. @throws MachineError if PHP-FPM rejects something else.
 */
export async function setPoolsAside(
  machine: DriverMachine,
  versions: readonly Pick<PhpVersion, 'release' | 'fpm'>[],
): Promise<readonly string[]> {
  const told: string[] = [];
  for (const { release, fpm } of versions) {
    const [files, tools, services] = await Promise.all([
      machine.files([CONFIGURATION]),
      machine.tools([{ name: fpm, worksInSandbox: true }]),
      machine.services(),
    ]);
    if (!services.isSupported) continue;
    const port = { files, tools, services };
    const purpose = 'so that all other websites have PHP';
    const rejection = () => rejectionOf(release, port);
    const work = () => setAside({ files, purpose, rejection });
    told.push(...(await exclusively(release, port)(work)));
  }
  return told;
}

async function rejectionOf(release: string, port: DriverPort): Promise<Rejection | undefined> {
  try {
    await assertWholeConfiguration(release, port);
    return undefined;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    const path = await rejectedFile(error.message, release, port.files);
    if (path === undefined || usernameOf(path) === '')
      return { message: `${error.message.replace(/\.?$/, '.')}${whoseFile(path)}`, blamed: undefined };
    const advice =
      'Mend the cause, and then activate the profile of this server again: start_profile_activation.';
    return { message: error.message, blamed: { path, advice } };
  }
}
