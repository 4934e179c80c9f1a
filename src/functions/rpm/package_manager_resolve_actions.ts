import { defineFunction } from '../../core/define.ts';
import { ApiError, badParam } from '../../core/errors.ts';
import { lookAtWishes } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../../life/driver/roles/look-role-packages.ts';
import {
  packageName,
  packageNamespace,
} from '../../capabilities/software/rules/debian-packages/parameters.ts';
import {
  reasonsToKeep,
  unknownPackages,
} from '../../capabilities/software/rules/debian-packages/protection.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'package_manager_resolve_actions',
  since: 52,
  summary: 'Show what would be installed, upgraded and removed for a set of packages.',
  description:
    'The changes are simulated by apt; nothing is changed. Without “ns”, the packages are only added to the installed ones. With ' +
    '“ns”, they are all that you want of these namespaces: other installed packages of them are removed. Pass the ' +
    'answer to package_manager_submit_actions. A warning names packages that it would refuse to remove.',
  access: 'root',
  effect: 'reads',
  params: {
    package: { ...packageName, list: true, required: true },
    ns: { ...packageNamespace, list: true },
  },
  returns: {
    install: { list: { type: 'string', doc: 'A package.' }, doc: 'What would be installed.' },
    upgrade: { list: { type: 'string', doc: 'A package.' }, doc: 'What would get another version.' },
    uninstall: { list: { type: 'string', doc: 'A package.' }, doc: 'What would be removed.' },
    unaffected: {
      list: { type: 'string', doc: 'A package.' },
      doc: 'The packages of the call that would stay as they are.',
    },
  },
  examples: [
    { args: { package: 'nginx' }, doc: 'What nginx needs.' },
    {
      args: { package: ['php8.4-cli', 'php8.4-fpm'], ns: 'php8.4' },
      doc: 'These two packages of the namespace php8.4, and nothing else of it that they do not need.',
    },
  ],

  look: ({ package: names, ns }, { machine }) => lookAtWishes(machine, names, ns),

  async handler({ package: names }, { db, system, warn }, found) {
    const { unknown, problem, changes } = found;
    if (unknown.length > 0) throw badParam(unknownPackages(unknown));
    if (problem !== undefined) throw new ApiError('host_failed', problem);
    const roles = await rolesOf({ db, system });
    for (const reason of reasonsToKeep(found, { roles, packagesOfRoles })) {
      warn(`package_manager_submit_actions refuses this: ${reason}`);
    }
    const changed = new Set(changes.map(({ name }) => name));
    const part = (of: (change: (typeof changes)[number]) => boolean) =>
      changes.filter(of).map(({ name }) => name);
    return {
      install: part(({ before }) => before === undefined),
      upgrade: part(({ before, after }) => before !== undefined && after !== undefined),
      uninstall: part(({ after }) => after === undefined),
      unaffected: [...new Set(names)].filter((name) => !changed.has(name)),
    };
  },
});
