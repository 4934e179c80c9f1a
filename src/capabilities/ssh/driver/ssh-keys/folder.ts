// The folder “.ssh” of a user, as OpenSSH has it. Its files belong to that user, who can exchange any of them at any time:
// they are reached without following links, and a file of somebody else is not read.
import type { Machine } from '../../../../core/machine.ts';
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** JSON: steps of plans carry it. */
export interface KeyFolder {
  readonly user: string;
  readonly home: string;
  readonly uid: number;
  readonly gid: number;
}

/** Keys are much smaller: one of RSA with 16,384 bits takes 13 KiB. */
export const MAX_KEY_BYTES = 64 * 1024;
const MAX_AUTHORIZED_BYTES = 4 * 1024 * 1024;

/** @throws MachineError `not_found` if the machine has no such user. */
export async function folderOf(machine: Machine, user: string): Promise<KeyFolder> {
  const found = await (await machine.users()).find(user);
  if (found !== undefined) return { user, home: found.home, uid: found.uid, gid: found.gid };
  // A sandbox has no users of the system.
  if (user === 'root') return { user, home: '/root', uid: 0, gid: 0 };
  throw new MachineError('not_found', `This server has no user “${user}”.`);
}

export function pathOf({ home }: KeyFolder, name: string): string {
  return `${home}/.ssh/${name}`;
}

export async function filesOf(machine: Machine, { home, uid }: KeyFolder): Promise<MachineFiles> {
  return machine.files([home], uid);
}

/** Who a file in the folder belongs to. */
export function attributesOf({ uid, gid }: KeyFolder, mode: number) {
  return { owner: uid, group: gid, mode };
}

/** Makes the folder if there is none. Nobody else may look into it or write there. */
export async function makeFolder(files: MachineFiles, folder: KeyFolder): Promise<void> {
  await files.makeDirectory(`${folder.home}/.ssh`, attributesOf(folder, 0o700));
}

/** `authorized_keys`; empty if there is none. */
export async function readAuthorized(files: MachineFiles, folder: KeyFolder): Promise<string> {
  return (await files.readText(pathOf(folder, 'authorized_keys'), MAX_AUTHORIZED_BYTES)) ?? '';
}
