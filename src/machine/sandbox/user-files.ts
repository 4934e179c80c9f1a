// The files of a sandbox's users. All of them belong to the user of this process, which does the work itself: that
// nothing outside a home is accessible depends on how paths are followed (`user-files/place.ts`).
import type { MachineUsers } from '../../core/machine.ts';
import type { MachineUserFiles } from '../../core/machine-user-files.ts';
import { userNotFound } from '../../core/machine-values.ts';
import { HomeFiles } from '../user-files/home-files.ts';
import { Tree } from './tree.ts';

export async function sandboxUserFiles(
  root: string,
  users: MachineUsers,
  name: string,
): Promise<MachineUserFiles> {
  const user = await users.find(name);
  if (user === undefined) throw userNotFound(name);
  return new HomeFiles({ path: user.home, place: new Tree(root).locate(user.home) });
}
