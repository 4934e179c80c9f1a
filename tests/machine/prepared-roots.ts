// The root file systems that most suites boot copies of: a Debian with the package, and one that hosts. Each is a machine
// that the first suite of a run has set up and powered off. The copies differ in the machine ID, which systemd sets at
// the first boot, but not in the keys of their stores.
import { copyFileSync } from 'node:fs';
import { builtPackage, madeOnce } from './built-package.ts';
import { machineRoot } from './debian-root.ts';
import { bootMachine, type Machine } from './machine.ts';

const DEB = '/var/tmp/whmapi1.deb';

/** A Debian on which the package is installed and whmapi1d runs. */
export function installedRoot(): Promise<string> {
  return prepared('installed', machineRoot(), async (machine) => {
    copyFileSync(await builtPackage(), machine.path(DEB));
    machine.install(DEB);
    machine.sh(`rm ${DEB}`);
  });
}

/** `installedRoot` with the profile STANDARD: BIND, Apache, PHP-FPM, MariaDB and PostgreSQL. */
export async function hostingRoot(): Promise<string> {
  return prepared('hosting', await installedRoot(), (machine) => {
    machine.sh('whmapi1 --wait start_profile_activation code=STANDARD', { timeoutMs: 900_000 });
  });
}

/** @returns what differs from the root below, and that root. */
async function prepared(
  name: string,
  root: string,
  prepare: (machine: Machine) => Promise<void> | void,
): Promise<string> {
  const layer = await madeOnce(name, async (path) => {
    const machine = await bootMachine(root, path);
    try {
      await prepare(machine);
      await machine.powerOff();
    } finally {
      await machine.stop();
    }
  });
  return `${layer}:${root}`;
}
