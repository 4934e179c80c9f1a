import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { lookAtRequest } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../../life/driver/roles/look-role-packages.ts';
import { packageName } from '../../capabilities/software/rules/debian-packages/parameters.ts';
import {
  assertAllowed,
  describeChanges,
} from '../../capabilities/software/rules/debian-packages/protection.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

const packageList = (doc: string) => ({ ...packageName, list: true, doc }) as const;

export default defineFunction({
  name: 'package_manager_submit_actions',
  since: 52,
  summary: 'Change packages in the background: install, upgrade and remove them.',
  description:
    'A task does it with apt: package_manager_get_build_log follows its log. Dependencies are installed too. Edited ' +
    'configuration files are kept, also those of removed packages. If another program has locked the packages, the task ' +
    'waits for it. Essential packages, and those that a role of this server needs, are never removed: the call fails ' +
    'and names them. A dry run shows what would be changed.',
  access: 'root',
  effect: 'changes',
  params: {
    install: packageList('A package to install, or to upgrade if it is installed.'),
    uninstall: packageList('A package to remove, with the packages that depend on it.'),
    upgrade: packageList('An installed package to upgrade.'),
  },
  oneOf: { count: 'at least', of: ['install', 'uninstall', 'upgrade'] },
  returns: {
    build: { type: 'integer', doc: 'The ID of the task, for package_manager_get_build_log.' },
  },
  examples: [
    { args: { install: 'nginx' }, doc: 'Install a package.' },
    { args: { upgrade: 'openssl', install: ['php8.4-cli', 'php8.4-fpm'] }, doc: 'Two actions at once.' },
  ],

  look: ({ install, uninstall, upgrade }, { machine }) =>
    lookAtRequest(machine, { install, remove: uninstall, upgrade }),

  async handler({ install, uninstall, upgrade }, { db, system, inform, startTask }, found) {
    const names = [...install, ...uninstall, ...upgrade];
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined)
      throw badParam(`The package ${quote(twice)} is in the call twice. Pass it once.`);
    assertAllowed(found, { roles: await rolesOf({ db, system }), packagesOfRoles });
    const lines = describeChanges(found);
    for (const line of lines.length === 0 ? ['Nothing has to be changed.'] : lines) inform(line);
    return {
      build: await startTask('change-packages', { request: { install, remove: uninstall, upgrade } }),
    };
  },
});
