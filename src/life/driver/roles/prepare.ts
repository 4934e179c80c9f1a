// Prepares a machine for roles: packages, services and base configuration, then what belongs to accounts. Each part skips
// what is already done.
import type { MachineTools } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { Apt } from '../../../capabilities/software/driver/apt/apt.ts';
import { install, findMissing, packageTools } from '../../../capabilities/software/driver/debian-packages.ts';
import type { DriverMachine } from '../../../ground/driver/step.ts';
import { roleDrivers } from './look-role-packages.ts';
import type { RoleDriver, RoleWork } from '../../../ground/driver/role.ts';

const SET_ANSWERS = 'debconf-set-selections';

/**
 * Everything but what belongs to accounts.
 * @throws MachineError with the message of the program that failed. Finished parts stay, and the next attempt
 * continues.
 */
export async function prepare(
  names: readonly string[],
  work: RoleWork,
  progress: (share: number, activity: string) => void,
): Promise<void> {
  const wanted = driversOf(names);
  const isSandbox = work.machine.system.isSandbox;
  if (isSandbox) work.log('A sandbox installs no packages and runs no services.');
  else await installAll(wanted, work, progress);
  for (const [at, { role, units, configure }] of wanted.entries()) {
    progress(0.6 + (0.3 * at) / wanted.length, `Configuring ${role}`);
    const notYet = isSandbox ? [] : await startAll(units, work);
    await configure(work);
    for (const unit of notYet) await startConfigured(unit, work);
  }
}

/** To be called once the roles are stored as active. @throws MachineError. What was written stays. */
export async function writeAccounts(names: readonly string[], work: RoleWork): Promise<void> {
  for (const driver of driversOf(names)) await driver.writeAccounts?.(work);
}

/** To be called once the roles are stored as active: gives back what the others had changed. @throws MachineError. */
export async function release(names: readonly string[], work: RoleWork): Promise<void> {
  for (const driver of roleDrivers) if (!names.includes(driver.role)) await driver.release?.(work);
}

/**
 * Writes the files of roles that are active again, in the form of this version of the program. Installs nothing.
 * @throws MachineError. What was written stays.
 */
export async function renew(names: readonly string[], work: RoleWork): Promise<void> {
  for (const driver of driversOf(names)) {
    await driver.configure(work);
    await driver.writeAccounts?.(work);
  }
}

const driversOf = (names: readonly string[]) => roleDrivers.filter(({ role }) => names.includes(role));

async function installAll(
  wanted: readonly RoleDriver[],
  work: RoleWork,
  progress: (share: number, activity: string) => void,
): Promise<void> {
  const { machine, log, changed } = work;
  const tools = await machine.tools(packageTools);
  progress(0.05, 'Looking for packages');
  await assertNoRivals(wanted, tools);
  const packages = [...new Set(wanted.flatMap((driver) => driver.packages))];
  const missing = await findMissing(tools, packages);
  if (missing.length === 0) {
    log(`Already installed: ${packages.join(', ')}.`);
  } else {
    progress(0.1, `Installing ${missing.join(', ')}`);
    await answerQuestions(
      wanted.filter((driver) => driver.packages.some((name) => missing.includes(name))),
      machine,
    );
    const installed = await install(tools, missing, work);
    if (installed.length > 0) changed(`Installed: ${installed.join(', ')}.`);
  }
  for (const driver of wanted) {
    const { available, unavailable } = await findOptional(driver, machine);
    if (unavailable.length > 0)
      log(`Not installed, because no repository has them: ${unavailable.join(', ')}.`);
    if (available.length === 0) continue;
    progress(0.5, `Installing ${available.join(', ')}`);
    changed(`Installed: ${(await install(tools, available, work)).join(', ')}.`);
  }
}

async function answerQuestions(drivers: readonly RoleDriver[], machine: DriverMachine): Promise<void> {
  const answers = drivers.flatMap((driver) => driver.answers ?? []);
  if (answers.length === 0) return;
  const tools = await machine.tools([{ name: SET_ANSWERS }]);
  // Without debconf, packages ask nothing.
  if (await tools.has(SET_ANSWERS)) await tools.run(SET_ANSWERS, [], { input: `${answers.join('\n')}\n` });
}

/** @throws MachineError `failed` if apt-get would remove what an administrator has chosen. */
async function assertNoRivals(wanted: readonly RoleDriver[], tools: MachineTools): Promise<void> {
  for (const { role, rivals = [] } of wanted) {
    if (rivals.length === 0) continue;
    const missing = new Set(await findMissing(tools, rivals));
    const present = rivals.filter((name) => !missing.has(name));
    if (present.length === 0) continue;
    throw new MachineError(
      'failed',
      `For the role “${role}”, apt-get would remove ${present.join(', ')}. Remove it yourself (apt-get remove), or ` +
        `activate a profile without the role.`,
    );
  }
}

/** The optional packages of a role that are not installed: those that a repository has, and the others. */
export async function findOptional(
  { optionalPackages }: RoleDriver,
  machine: DriverMachine,
): Promise<{ readonly available: readonly string[]; readonly unavailable: readonly string[] }> {
  const names = (await optionalPackages?.(machine)) ?? [];
  if (names.length === 0) return { available: [], unavailable: [] };
  const missing = await findMissing(await machine.tools(packageTools), names);
  if (missing.length === 0) return { available: [], unavailable: [] };
  const versions = await (await Apt.on(machine)).versions(missing);
  const isAvailable = (name: string) => versions.get(name)?.latest !== undefined;
  return {
    available: missing.filter(isAvailable),
    unavailable: missing.filter((name) => !isAvailable(name)),
  };
}

/**
 * A running service is not restarted: `configure` reloads it if something changes.
 * @returns the services that do not start. Their configuration may be what they lack: Debian's Dovecot does not start
 * without its default certificate, for example.
 */
async function startAll(units: readonly string[], { machine, log, changed }: RoleWork): Promise<string[]> {
  const services = await machine.services();
  const notYet: string[] = [];
  for (const unit of units) {
    const { state, isEnabled } = await services.state(unit);
    if (!isEnabled) {
      await services.enable(unit);
      changed(`Enabled: ${unit}.`);
    }
    if (state !== 'active') {
      try {
        await services.start(unit);
        changed(`Started: ${unit}.`);
      } catch (error) {
        if (!(error instanceof MachineError)) throw error;
        log(
          `${unit} does not start yet. It is started again once its configuration is written. ${error.message}`,
        );
        notYet.push(unit);
      }
    }
    if (isEnabled && state === 'active') log(`Already enabled and running: ${unit}.`);
  }
  return notYet;
}

/** @throws MachineError if the service does not start with its configuration either. */
async function startConfigured(unit: string, { machine, changed }: RoleWork): Promise<void> {
  const services = await machine.services();
  if ((await services.state(unit)).state !== 'active') await services.start(unit);
  changed(`Started: ${unit}.`);
}
