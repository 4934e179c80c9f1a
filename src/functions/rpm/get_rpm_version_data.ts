import { defineFunction } from '../../core/define.ts';
import { lookAtVersions } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../../life/driver/roles/look-role-packages.ts';
import { readKey, readSection, section } from '../../capabilities/software/rules/debian-packages/versions.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'get_rpm_version_data',
  since: 32,
  summary: 'Show which packages are wanted, held, blocked or pinned to a version.',
  description:
    'The section target_settings has installed (a role of this server needs the package), unmanaged (the package is held: ' +
    'apt neither upgrades nor removes it) and uninstalled (apt never installs it). pins has versions, and rpm_groups the ' +
    'packages of each role.',
  access: 'root',
  effect: 'reads',
  params: {
    section,
    key: { type: 'string', maxLength: 128, doc: 'Only this package or role. Default: the whole section.' },
  },
  returns: {
    map: { type: 'any', doc: 'The entry of a package or role. In rpm_groups, it is a list of packages.' },
    keys: 'KEY',
  },
  examples: [
    { args: { section: 'target_settings' }, doc: 'Wanted, held and blocked packages.' },
    { args: { section: 'rpm_groups', key: 'DNS' }, doc: 'The packages of a role.' },
  ],

  look: async (_args, { machine }) => ({ packagesOfRoles, ...(await lookAtVersions(machine)) }),

  async handler({ section: name, key }, { db, system }, found) {
    const facts = { ...found, roles: await rolesOf({ db, system }) };
    return key === undefined ? readSection(name, facts) : readKey(name, key, facts);
  },
});
