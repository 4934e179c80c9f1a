import { defineFunction } from '../../core/define.ts';
import { lookAtRequest } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { packagesOfRoles } from '../../life/driver/roles/look-role-packages.ts';
import {
  assertPlugin,
  logEntry,
  packageOfPlugin,
  pluginName,
} from '../../capabilities/software/rules/debian-packages/plugins.ts';
import {
  assertAllowed,
  describeChanges,
} from '../../capabilities/software/rules/debian-packages/protection.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'uninstall_rpm_plugin',
  since: 64,
  summary: 'Remove a plugin of this program, in the background.',
  description:
    'Plugins are Debian packages whose names begin with “whmapi1-plugin-”, from the repositories of this server. The ' +
    'number in “pid” is that of a task: package_manager_get_build_log shows its log.',
  access: 'root',
  effect: 'changes',
  params: { name: pluginName },
  returns: {
    log_entry: { type: 'string', doc: 'The plugin’s package, with the time.' },
    pid: { type: 'integer', doc: 'The ID of the task.' },
  },
  examples: [{ args: { name: 'whmapi1-plugin-example' }, doc: 'Remove a plugin.', fails: 'bad_param' }],

  look: ({ name }, { machine }) => lookAtRequest(machine, requestOf(name)),

  async handler({ name }, { db, system, now, inform, startTask }, found) {
    assertPlugin(name, found, false);
    assertAllowed(found, { roles: await rolesOf({ db, system }), packagesOfRoles });
    const lines = describeChanges(found);
    for (const line of lines.length === 0 ? ['Nothing has to be changed.'] : lines) inform(line);
    const pid = await startTask('change-packages', { request: requestOf(name) });
    return { log_entry: logEntry(name, now()), pid };
  },
});

const requestOf = (name: string) => ({ install: [], remove: [packageOfPlugin(name)], upgrade: [] });
