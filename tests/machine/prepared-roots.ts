// The root file systems that most suites boot copies of: a Debian with the package, and one that hosts. Each is a machine
// that the first suite of a run has set up and powered off. The copies differ in the machine ID, which systemd sets at
// the first boot, but not in the keys of their stores.
import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { builtPackage, runFile } from './built-package.ts';
import { machineRoot } from './debian-root.ts';
import { bootMachine, type Machine } from './machine.ts';

const DEB = '/var/tmp/whmapi1.deb';

/** A Debian on which the package is installed and whmapi1d runs. */
export function installedRoot(): Promise<string> {
  return prepared('installed', machineRoot, (machine) => {
    copyFileSync(builtPackage(), machine.path(DEB));
    machine.install(DEB);
    machine.sh(`rm ${DEB}`);
  });
}

/** `installedRoot` with the profile STANDARD: BIND, Apache, PHP-FPM, MariaDB and PostgreSQL. */
export function hostingRoot(): Promise<string> {
  return prepared('hosting', installedRoot, (machine) => {
    machine.sh('whmapi1 --wait start_profile_activation code=STANDARD');
  });
}

/** @returns what differs from the root below, and that root. */
async function prepared(
  name: string,
  below: () => string | Promise<string>,
  prepare: (machine: Machine) => void,
): Promise<string> {
  const root = await below();
  const layer = runFile(name);
  if (!existsSync(layer)) {
    const machine = await bootMachine(root, layer);
    try {
      prepare(machine);
      await machine.powerOff();
    } catch (error) {
      rmSync(layer, { recursive: true, force: true });
      throw error;
    } finally {
      await machine.stop();
    }
  }
  return `${layer}:${root}`;
}
