import { defineFunction } from '../../core/define.ts';
import { lookAtRequest } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../../life/driver/roles/look-role-packages.ts';
import {
  assertAllowed,
  describeChanges,
} from '../../capabilities/software/rules/debian-packages/protection.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'package_manager_upgrade',
  since: 54,
  summary: 'Install all updates of packages, in the background.',
  description:
    'A task fetches the lists of packages and upgrades every package that has an update (apt-get upgrade ' +
    '--with-new-pkgs). No package is removed, and held packages keep their versions. package_manager_get_build_log ' +
    'follows its log.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: {
    build: { type: 'integer', doc: 'The ID of the task, for package_manager_get_build_log.' },
  },
  examples: [{ args: {}, doc: 'Install all updates.' }],

  look: (_args, { machine }) => lookAtRequest(machine, undefined),

  async handler(_args, { db, system, inform, startTask }, found) {
    assertAllowed(found, { roles: await rolesOf({ db, system }), packagesOfRoles });
    for (const line of describeChanges(found)) inform(`By the present lists: ${line}`);
    return { build: await startTask('change-packages', { request: null }) };
  },
});
