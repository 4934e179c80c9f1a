// Says whether PHP-FPM refuses the configuration that others have changed since it was last read. Creating an account does not
// wait for PHP-FPM to read it, so this is found out before.
import { MachineError } from '../../../../core/machine-error.ts';
import type { PhpVersion } from '../../rules/versions.ts';
import { isAnyNewer } from '../../../../ground/driver/edited-files.ts';
import type { DriverPort } from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { assertWholeConfiguration, programOf } from './control.ts';
import { rejectedFile, whoseFile } from './examine.ts';
import { CONFIGURATION, mainFile, poolFolder, processFile, PROCESSES } from './places.ts';

/** The same for several versions, without those that have nothing to say. */
export async function refusalsOf(
  machine: DriverMachine,
  versions: readonly Pick<PhpVersion, 'release' | 'fpm'>[],
): Promise<string[]> {
  const found: string[] = [];
  for (const { release, fpm } of versions) {
    const [files, tools, services] = await Promise.all([
      machine.files([CONFIGURATION, PROCESSES]),
      machine.tools([{ name: fpm, worksInSandbox: true }]),
      machine.services(),
    ]);
    const refusal = await refusalOf(release, { files, tools, services });
    if (refusal !== undefined) found.push(refusal);
  }
  return found;
}

/** @throws MachineError `failed` if PHP-FPM refuses its configuration. */
export async function assertAccepted(machine: DriverMachine, release: string): Promise<void> {
  const [refusal] = await refusalsOf(machine, [{ release, fpm: programOf(release) }]);
  if (refusal !== undefined) throw new MachineError('failed', refusal);
}

/** PHP-FPM’s message, and the file that it names. Undefined: nothing speaks against it. */
async function refusalOf(release: string, port: DriverPort): Promise<string | undefined> {
  const { files, services } = port;
  if (!services.isSupported) return undefined;
  const { modifiedAt } = (await files.facts(processFile(release))) ?? {};
  // It does not run. The step that has it reloaded says why.
  if (modifiedAt === undefined) return undefined;
  const pools = (await files.list(poolFolder(release))).filter((name) => !/^(?:00-)?whmapi1/.test(name));
  const paths = [
    mainFile(release),
    `${CONFIGURATION}/${release}/fpm/php.ini`,
    ...pools.map((name) => `${poolFolder(release)}/${name}`),
  ];
  if (!(await isAnyNewer(files, paths, modifiedAt))) return undefined;
  try {
    await assertWholeConfiguration(release, port);
    return undefined;
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    const path = await rejectedFile(error.message, release, files);
    return `${error.message.replace(/\.?$/, '.')}${whoseFile(path)}`;
  }
}

/** A warning of a new account. `refusal`: what the daemon says. */
export function unserved(what: string, refusal: string): string {
  return `${what} until this is corrected: ${refusal.replace(' and retry the call.', '.')}`;
}
