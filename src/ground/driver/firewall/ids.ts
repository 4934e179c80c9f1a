// The numbers of users and groups, as rules of the firewall need them.
import type { Machine } from '../../../core/machine.ts';

/** `machine.users()` does not find names with capital letters. A sandbox has no users of daemons. */
export async function idOf(
  machine: Pick<Machine, 'tools' | 'services'>,
  database: 'passwd' | 'group',
  name: string,
): Promise<number | undefined> {
  if (!(await machine.services()).isSupported) return undefined;
  const tools = await machine.tools([{ name: 'getent' }]);
  // Status 2: there is none.
  const { stdout } = await tools.run('getent', [database, name], { accept: [0, 2] });
  return stdout === '' ? undefined : Number(stdout.split(':')[2]);
}
