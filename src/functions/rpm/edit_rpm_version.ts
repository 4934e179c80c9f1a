import { changeVersions } from '../../capabilities/software/plans/change-package-versions.ts';
import { defineFunction } from '../../core/define.ts';
import { lookAtVersions } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../../life/driver/roles/look-role-packages.ts';
import {
  remarksOn,
  section,
  versionKey,
  versionValue,
  wantedBySetting,
} from '../../capabilities/software/rules/debian-packages/versions.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'edit_rpm_version',
  since: 32,
  summary: 'Set whether apt may install or upgrade a package, and in which version.',
  description:
    'The section target_settings holds packages (unmanaged) and blocks them (uninstalled); installed undoes both. The ' +
    'section pins makes apt prefer a version, also to newer ones. Nothing is installed or removed. Holds are dpkg’s own; ' +
    'the others are in /etc/apt/preferences.d/whmapi1.pref, where entries by hand are kept.',
  access: 'root',
  effect: 'operates',
  params: { section, key: versionKey, value: versionValue },
  returns: { status: { type: 'flag', doc: 'Always 1: otherwise the call fails.' } },
  examples: [
    {
      args: { section: 'target_settings', key: 'bind9', value: 'unmanaged' },
      doc: 'Do not upgrade bind9.',
    },
    { args: { section: 'pins', key: 'nginx', value: '1.26*' }, doc: 'Keep a version of nginx.' },
  ],

  look: async ({ key, value }, { machine }) => ({
    packagesOfRoles,
    ...(await lookAtVersions(machine, { key, value })),
  }),

  async handler({ section: name, key, value }, { db, system, plan, warn, inform }, found) {
    const facts = { ...found, roles: await rolesOf({ db, system }) };
    const change = wantedBySetting(name, key, value, facts);
    if (change === undefined) inform('It is so already.');
    else plan(changeVersions(change));
    for (const sentence of remarksOn(name, key, value, facts)) warn(sentence);
    return { status: 1 };
  },
});
