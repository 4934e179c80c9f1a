// Prepares a machine for roles: packages, services, base configuration. Every part finds out what is there already.
import { install, findMissing, packageTools } from '../debian-packages.ts';
import { dns } from './dns.ts';
import type { RoleDriver, RoleWork } from './role-driver.ts';

const drivers: readonly RoleDriver[] = [dns];

/** @throws MachineError, with the words of what failed. What was prepared before stays, and the next time goes on. */
export async function prepare(
  names: readonly string[],
  work: RoleWork,
  progress: (share: number, activity: string) => void,
): Promise<void> {
  const wanted = drivers.filter(({ role }) => names.includes(role));
  const isSandbox = work.machine.system.isSandbox;
  if (isSandbox) work.log('A sandbox installs no packages and runs no services.');
  else await installAll(wanted, work, progress);
  for (const [at, { role, units, configure }] of wanted.entries()) {
    progress(0.6 + (0.4 * at) / wanted.length, `Configuring ${role}`);
    if (!isSandbox) await startAll(units, work);
    await configure(work);
  }
}

async function installAll(
  wanted: readonly RoleDriver[],
  { machine, log }: RoleWork,
  progress: (share: number, activity: string) => void,
): Promise<void> {
  const tools = await machine.tools(packageTools);
  progress(0.05, 'Looking for packages');
  const packages = wanted.flatMap((driver) => driver.packages);
  const missing = await findMissing(tools, packages);
  if (missing.length === 0) {
    log(`Installed already: ${packages.join(', ')}.`);
    return;
  }
  progress(0.1, `Installing ${missing.join(', ')}`);
  await install(tools, missing);
  log(`Installed: ${missing.join(', ')}.`);
}

/** A service that runs already stays as it is: `configure` has it load what changes. */
async function startAll(units: readonly string[], { machine, log }: RoleWork): Promise<void> {
  const services = await machine.services();
  for (const unit of units) {
    const { state, isEnabled } = await services.state(unit);
    if (!isEnabled) {
      await services.enable(unit);
      log(`Enabled: ${unit}.`);
    }
    if (state !== 'active') {
      await services.start(unit);
      log(`Started: ${unit}.`);
    }
  }
}
