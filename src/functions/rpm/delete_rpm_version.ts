import { changeVersions } from '../../capabilities/software/plans/change-package-versions.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtVersions } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../../life/driver/roles/look-role-packages.ts';
import {
  section,
  versionKey,
  versionValue,
  wantedByRemoval,
} from '../../capabilities/software/rules/debian-packages/versions.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'delete_rpm_version',
  since: 32,
  summary: 'Remove a hold, a block or a pin of a package.',
  description: 'The entry must have this value, as get_rpm_version_data shows it.',
  access: 'root',
  effect: 'operates',
  destructive: 'The next upgrade may install a version that the entry has kept away.',
  params: { section, key: versionKey, value: versionValue },
  returns: { status: { type: 'flag', doc: 'Always 1: otherwise the call fails.' } },
  examples: [
    {
      args: { section: 'target_settings', key: 'bind9', value: 'unmanaged' },
      doc: 'Let bind9 be upgraded again.',
      fails: 'not_found',
    },
  ],

  look: async ({ key, value }, { machine }) => ({
    packagesOfRoles,
    ...(await lookAtVersions(machine, { key, value })),
  }),

  async handler({ section: name, key, value }, { db, system, plan }, found) {
    plan(
      changeVersions(wantedByRemoval(name, key, value, { ...found, roles: await rolesOf({ db, system }) })),
    );
    return { status: 1 };
  },
});
