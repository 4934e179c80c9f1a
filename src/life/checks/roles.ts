// The machine meets the requirements of the active profile's roles: packages, services, base configuration.
import { findMissing, packageTools } from '../../capabilities/software/driver/debian-packages.ts';
import { roleDrivers } from '../driver/roles/look-role-packages.ts';
import { findOptional } from '../driver/roles/prepare.ts';
import type { RoleDriver } from '../../ground/driver/role.ts';
import type { DriverMachine } from '../../ground/driver/step.ts';
import { chooseMachine } from '../../machine/choose.ts';
import {
  activation,
  find,
  furtherRoles,
  hasEarlierForm,
  sayFurther,
  type ActiveProfile,
} from '../../ground/rules/roles/active-profile.ts';
import { hasFailedSince } from '../../ground/rules/tasks/tasks.ts';
import { note, ok, problem, withStore, type Check, type Finding } from '../../ground/doctor/check.ts';

const RENEWAL = 'renew-role-files';
const DAY_MS = 86_400_000;

const check: Check = {
  title: 'Roles',
  order: 95,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const { userId, stateDirectory, now, isSandbox } = subject;
      if (isSandbox) return [ok('Not checked, because a sandbox runs no services.')];
      const machine = chooseMachine({ userId, stateDirectory, now });
      const active = await find({ db, system: machine.system });
      if (active === undefined) {
        return [
          note(
            'No profile is active. This server manages accounts only.',
            'whmapi1 start_profile_activation code=STANDARD',
          ),
        ];
      }
      const names = active.enabled.map(({ module }) => module);
      const further = furtherRoles(active).map((role) => note(sayFurther(active, role), activation(active)));
      if (await hasEarlierForm(db)) {
        // What an earlier version has written is not wrong.
        const failed = await hasFailedSince(db, RENEWAL, now() - DAY_MS);
        const due = failed
          ? problem(
              'The files of the roles have the form of an earlier version, because the task “renew-role-files” failed. Its ' +
                'log says why.',
              'whmapi1 --tasks',
            )
          : note(
              'The files of the roles have the form of an earlier version. whmapi1d writes them again by the task ' +
                '“renew-role-files”, soon after it has started.',
            );
        return [ok(`The profile ${active.profile.code} is active.`), due, ...further];
      }
      const drivers = roleDrivers.filter(({ role }) => names.includes(role));
      const findings = await Promise.all(drivers.map((driver) => examine(driver, active, machine)));
      return [ok(`The profile ${active.profile.code} is active.`), ...further, ...findings.flat()];
    }),
};

/** Reports only the first thing that is wrong, because it may cause the others. */
async function examine(
  driver: RoleDriver,
  active: ActiveProfile,
  machine: DriverMachine,
): Promise<readonly Finding[]> {
  const { role, packages } = driver;
  const activate = activation(active);
  const missing = await findMissing(await machine.tools(packageTools), packages);
  if (missing.length > 0) {
    return [problem(`The role ${role} lacks the packages ${missing.join(', ')}.`, activate)];
  }
  const wrong = await driver.examine(machine);
  if (wrong.length > 0) return wrong.map((sentence) => problem(`The role ${role}: ${sentence}`, activate));
  const { available } = await findOptional(driver, machine);
  const optional = available.join(', ');
  return [
    ...(await examineUnits(driver, machine)),
    ...(optional === '' ? [] : [note(`The role ${role} can also use the packages ${optional}.`, activate)]),
    ok(`The role ${role} is configured.`),
  ];
}

async function examineUnits(
  { role, units }: RoleDriver,
  machine: DriverMachine,
): Promise<readonly Finding[]> {
  const services = await machine.services();
  const findings: Finding[] = [];
  for (const unit of units) {
    const { state, isEnabled } = await services.state(unit);
    if (state !== 'active') {
      const message = `The service ${unit} of the role ${role} is ${state}. Its log says why: journalctl -u ${unit}`;
      findings.push(problem(message, `systemctl enable --now ${unit}`));
    } else if (!isEnabled) {
      findings.push(
        problem(
          `The service ${unit} of the role ${role} does not start with the machine.`,
          `systemctl enable ${unit}`,
        ),
      );
    }
  }
  return findings;
}

export default check;
