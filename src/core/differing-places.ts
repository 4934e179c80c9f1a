// Where two processes that see the same files may still see others.

/**
 * The first two are private to a service of systemd. The others show the kernel, processes, devices and systemd itself,
 * of which systemd hides a part from the service.
 */
const DIFFERING = [
  ...['/tmp', '/var/tmp', '/proc', '/sys', '/dev', '/run/systemd', '/run/credentials'],
  ...['/usr/lib/modules', '/lib/modules'],
];

export const mayDiffer = (path: string): boolean => isBelowOne(DIFFERING, path);

/** True if a path is one of the folders, or below one. */
export function isBelowOne(folders: readonly string[], path: string): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}
