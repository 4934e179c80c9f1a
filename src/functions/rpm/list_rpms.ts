import { defineFunction } from '../../core/define.ts';
import { lookAtVersions } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../../life/driver/roles/look-role-packages.ts';
import { missingPackages } from '../../capabilities/software/rules/debian-packages/versions.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'list_rpms',
  since: 32,
  summary: 'List the packages that the server needs but does not have.',
  description:
    'They are the packages of Debian that the roles of this server need. start_profile_activation installs them.',
  access: 'root',
  effect: 'reads',
  params: {
    target: {
      type: 'string',
      doc: 'Only what this role needs, such as DNS. Default: all roles of this server.',
    },
  },
  returns: { rpms: { list: { type: 'string', doc: 'A package.' }, doc: 'The packages that are missing.' } },
  examples: [{ args: {}, doc: 'What is missing.' }],

  look: async (_args, { machine }) => ({ packagesOfRoles, ...(await lookAtVersions(machine)) }),

  handler: async ({ target }, { db, system }, found) => ({
    rpms: missingPackages({ ...found, roles: await rolesOf({ db, system }) }, target),
  }),
});
