// The group that may connect to the pools of PHP-FPM. It is not www-data, because other programs run as that user: they
// would run programs as any account. Apache’s processes have this group, and those of their user as further ones.
import type { DeclaredTool, MachineFiles } from '../../../core/machine-daemons.ts';
import type { DriverMachine } from '../step.ts';
import { OURS, WEB_USER } from './places.ts';

export const WEB_GROUP = 'whmapi1-web';

const tools: readonly DeclaredTool[] = ['getent', 'groupadd', 'usermod'].map((name) => ({ name }));

/** Can be repeated. @returns what it changed, each as a sentence. */
export async function makeWebGroup(machine: DriverMachine): Promise<readonly string[]> {
  if (!(await machine.services()).isSupported) return [];
  const { run } = bound(await machine.tools(tools));
  const changed: string[] = [];
  if ((await run('getent', ['group', WEB_GROUP])) === '') {
    await run('groupadd', ['--system', '--', WEB_GROUP]);
    changed.push(`Created the group ${WEB_GROUP}, which may connect to the pools of PHP-FPM.`);
  }
  // initgroups(3), by which Apache takes over the groups of its user, leaves out the one in the passwd file.
  const [, , , members = ''] = (await run('getent', ['group', WEB_USER])).trim().split(':');
  if (!members.split(',').includes(WEB_USER)) {
    await run('usermod', ['--append', '--groups', WEB_USER, '--', WEB_USER]);
    changed.push(`Made ${WEB_USER} a member of its own group, so that Apache keeps it.`);
  }
  return changed;
}

/** True if Apache has the group, once it has read its configuration. An earlier version wrote another configuration. */
export async function hasWebGroup(files: MachineFiles): Promise<boolean> {
  return ((await files.readText(OURS)) ?? '').split('\n').includes(`Group ${WEB_GROUP}`);
}

function bound(found: Awaited<ReturnType<DriverMachine['tools']>>) {
  return {
    // getent exits with 2 if there is no such group.
    run: async (name: string, words: readonly string[]) =>
      (await found.run(name, words, { accept: name === 'getent' ? [0, 2] : [0] })).stdout,
  };
}
