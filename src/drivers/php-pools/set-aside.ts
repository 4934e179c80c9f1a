// Takes the pools out of PHP-FPM’s configuration that keep it from starting, so that all other websites have PHP again.
import { MachineError } from '../../core/machine-error.ts';
import type { PhpVersion } from '../../model/php/versions.ts';
import type { DriverPort } from '../file-driver.ts';
import type { DriverMachine } from '../step.ts';
import { assertWholeConfiguration, exclusively } from './control.ts';
import { rejectedFile, whoseFile } from './examine.ts';
import { CONFIGURATION, usernameOf } from './places.ts';

/** So many files at most: if there are more, something else is wrong. */
const MAX_FILES = 50;

/**
 * Removes files of accounts that PHP-FPM rejects, until it accepts its configuration. Each is copied to the backups.
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
    await exclusively(release, port)(() => setAside(release, port, told));
  }
  return told;
}

async function setAside(release: string, port: DriverPort, told: string[]): Promise<void> {
  for (;;) {
    try {
      return await assertWholeConfiguration(release, port);
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      const reason = error.message.replace(/\.?$/, '.');
      const path = await rejectedFile(error.message, release, port.files);
      const username = usernameOf(path ?? '');
      if (path === undefined || username === '' || told.length >= MAX_FILES) {
        const text = [...told, `${reason}${whoseFile(path)}`].join(' ');
        throw new MachineError('failed', text, { cause: error });
      }
      const { copy } = await port.files.backUp(path);
      await port.files.remove(path);
      told.push(
        `“${path}” was set aside, so that all other websites have PHP. ${reason} The copy is “${copy ?? ''}” in the ` +
          'folder of backups. Mend the cause, and then activate the profile of this server again: start_profile_activation.',
      );
    }
  }
}
