// The role Webmail: Roundcube, with a PHP-FPM of its own.
import type { RoleDriver, RoleWork } from '../../../ground/driver/role.ts';
import type { DriverStep } from '../../../ground/driver/step.ts';
import { DATA, ROLE } from '../rules/places.ts';
import { isSetUp, problemsOf, setUpStep, takeDownStep } from './roundcube/configuration.ts';

export const role: RoleDriver = {
  role: ROLE,
  // First PHP-FPM: otherwise apt-get chooses PHP inside of Apache.
  packages: ['php-fpm', 'roundcube-core', 'roundcube-sqlite3'],
  // Debian’s own set-up, which is not used, would need a database, and open Roundcube in Apache.
  answers: [
    'roundcube-core roundcube/dbconfig-install boolean false',
    'roundcube-core roundcube/reconfigure-webserver multiselect ',
  ],
  // `configure` writes the unit, and starts it.
  units: [],

  configure,

  async release(work) {
    if (!(await isSetUp(work.machine))) return;
    await apply(work, takeDownStep());
    work.log(`The address books and settings of webmail are kept in ${DATA}.`);
  },

  examine: problemsOf,
};

type Work = Pick<RoleWork, 'machine' | 'log' | 'changed' | 'isRetry'>;

/** Can be repeated. A task calls it too, when PHP or the name of the server is another one. */
export async function configure(work: Work): Promise<void> {
  const step = await setUpStep(work.machine, work.machine.system.hostname());
  const isChanged = await apply(work, step);
  await stopDebiansTimers(work);
  if (work.isRetry && !isChanged) await step.reload(work.machine);
}

/** @returns whether it changed something. */
async function apply<Memento>({ machine, log, changed }: Work, step: DriverStep<Memento>): Promise<boolean> {
  const diff = await step.preview(machine);
  await step.apply(machine, await step.prepare(machine));
  if (diff === '') log(`Nothing to change: ${step.description}`);
  else changed(step.description);
  return diff !== '';
}

/** Debian’s own configuration of Roundcube. It names a database only if an administrator has set one up. */
const DEBIANS_DATABASE = '/etc/roundcube/debian-db.php';
const DEBIANS_TIMERS = ['roundcube-cleandb', 'roundcube-gc'];

/** Without a database, each of their runs fails. The task `clean-webmail` does their work on ours. */
async function stopDebiansTimers({ machine, changed }: Work): Promise<void> {
  const services = await machine.services();
  if (!services.isSupported) return;
  const database = await (await machine.files(['/etc/roundcube'])).readText(DEBIANS_DATABASE);
  if (database !== undefined && /^\$dbtype='[^']/m.test(database)) return;
  for (const name of DEBIANS_TIMERS) {
    const { isInstalled, isEnabled } = await services.state(`${name}.timer`);
    if (!isInstalled || !isEnabled) continue;
    const tools = await machine.tools([{ name: 'systemctl' }]);
    await tools.run('systemctl', ['disable', '--now', `${name}.timer`]);
    // Status 1: it has not failed yet.
    await tools.run('systemctl', ['reset-failed', `${name}.service`], { accept: [0, 1, 5] });
    changed(`Stop “${name}.timer”, which works for a database that does not exist.`);
  }
}
