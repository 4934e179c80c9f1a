// The role MailingLists: Mailman, to which Exim delivers.
import { configurationProblems } from '../../../../ground/driver/configuration-problems.ts';
import { assertNone, eachAccount } from '../../../../ground/driver/each-account.ts';
import { guardPort, releasePort, rulesOf } from '../../../../ground/driver/firewall/own-port.ts';
import type { RoleDriver, RoleWork } from '../../../../ground/driver/role.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { listUsernames } from '../../../accounts/rules/in-work.ts';
import { listFiles, postingAddress } from '../../rules/lists/addresses.ts';
import { readState } from '../../rules/state.ts';
import { lookupStep } from '../exim/lookups.ts';
import { GROUP as EXIM, LISTS as EXIM_LISTS } from '../exim/places.ts';
import { LISTS_ROLE } from './account.ts';
import * as mailman from './lists.ts';
import { CONFIGURATION, LIMITS, LMTP_PORT, UNIT } from './places.ts';
import { mailmanStep } from './server.ts';

/** Mailman believes any sender that it is given there. */
const LMTP = { name: 'mailman', port: LMTP_PORT, user: EXIM };

export const listsRole: RoleDriver = {
  role: LISTS_ROLE,
  packages: ['mailman3', 'curl'],
  // Debian’s configuration, which is not used, wants Postfix: `configure` starts the unit.
  units: [],

  configure,

  async writeAccounts({ machine, transaction, locking, changed }) {
    const usernames = await transaction('reads', listUsernames);
    const failures = await eachAccount(locking, usernames, async (username) => {
      const { lists } = await transaction('reads', (db) => readState(db, username));
      for (const list of lists) {
        if (await mailman.exists(machine, list)) continue;
        await mailman.create(machine, list);
        changed(`Created the mailing list ${postingAddress(list)}, without members and without a password.`);
      }
      const step = lookupStep({ username, files: [...listFiles(lists)] });
      await step.apply(machine, await step.prepare(machine));
    });
    assertNone(failures);
  },

  /** Exim no longer knows the lists. Mailman keeps them. */
  async release({ machine }: RoleWork) {
    const files = await machine.files(['/etc/exim4', '/etc/systemd/system']);
    for (const name of await files.list(EXIM_LISTS)) await files.remove(`${EXIM_LISTS}/${name}`);
    if ((await files.facts(LIMITS)) === undefined) return;
    const services = await machine.services();
    if (!services.isSupported || !(await services.state(UNIT)).isInstalled) return;
    await services.stop(UNIT);
    await services.disable(UNIT);
    await releasePort(machine, LMTP);
  },

  examine,
};

/** Can be repeated. A task calls it too, when the server has another name. */
export async function configure({
  machine,
  log,
  changed,
}: Pick<RoleWork, 'machine' | 'log' | 'changed'>): Promise<void> {
  const step = await mailmanStep(machine, machine.system.hostname());
  const diff = await step.preview(machine);
  await step.apply(machine, await step.prepare(machine));
  if (diff === '') log(`Nothing to change: ${step.description}`);
  else changed(step.description);
  const services = await machine.services();
  if (services.isSupported) await services.start(UNIT);
  await mailman.started(machine);
  const why = await guardPort(machine, LMTP);
  if (why !== undefined) log(why);
}

async function examine(machine: DriverMachine): Promise<readonly string[]> {
  const files = await machine.files(['/etc']);
  const ofMailman = [CONFIGURATION, LIMITS].map((path) => ({ name: 'Mailman', path }));
  const ofServer = (await machine.services()).isSupported ? [rulesOf(LMTP)] : [];
  return configurationProblems(files, [...ofMailman, ...ofServer]);
}
