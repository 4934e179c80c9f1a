// Says whether two processes see the same files: what is mounted at each place, from their tables of mounts.
import { readFileSync } from 'node:fs';

/** A line of /proc/PID/mountinfo (proc_pid_mountinfo(5)). */
interface Mount {
  readonly id: string;
  readonly parent: string;
  /** The device of the file system. Each instance of one in memory, or of an overlay, has another. */
  readonly device: string;
  /** Which folder or file of the file system is mounted. */
  readonly root: string;
  readonly place: string;
  readonly isReadOnly: boolean;
}

/** May be read-only in the server: `ProtectSystem=true`. */
const MAY_BE_READ_ONLY = ['/usr', '/boot', '/efi'];
/**
 * May differ. The first two are private to a service of systemd. The others show the kernel, processes, devices and
 * systemd itself, of which systemd hides a part from the service.
 */
const DIFFERING = [
  ...['/tmp', '/var/tmp', '/proc', '/sys', '/dev', '/run/systemd', '/run/credentials'],
  ...['/usr/lib/modules', '/lib/modules'],
];

/**
 * True if this process sees the files that the process `pid` sees, and can write where that can, with the exceptions
 * above. False if it cannot be told. Processes are in the same process namespace, but can have other mounts, and another
 * root.
 */
export function seesFilesOf(pid: number): boolean {
  const [own, other] = [readMounts('self'), readMounts(String(pid))];
  if (own === undefined || other === undefined) return false;
  const isSame = (place: string) => {
    const [here, there] = [own.at(place), other.at(place)];
    const mayWrite = !here.isReadOnly || there.isReadOnly || isBelowOne(MAY_BE_READ_ONLY, place);
    return here.device === there.device && here.path === there.path && mayWrite;
  };
  const places = new Set([...own.places, ...other.places]);
  return [...places].every((place) => isBelowOne(DIFFERING, place) || isSame(place));
}

const isBelowOne = (folders: readonly string[], path: string): boolean =>
  folders.some((folder) => path === folder || path.startsWith(`${folder}/`));

/** What is at a place: a path of a file system. */
interface Source {
  readonly device: string;
  readonly path: string;
  readonly isReadOnly: boolean;
}

interface Mounts {
  readonly places: readonly string[];
  readonly at: (place: string) => Source;
}

/** Undefined without a mount at `/`, as with chroot into an ordinary folder. */
function readMounts(pid: string): Mounts | undefined {
  const mounts = linesOf(`/proc/${pid}/mountinfo`).map(readMount);
  const ids = new Set(mounts.map(({ id }) => id));
  const [root, another] = mounts.filter(({ parent, place }) => place === '/' && !ids.has(parent));
  if (root === undefined || another !== undefined) return undefined;
  const children = new Map(mounts.map((mount) => [`${mount.parent} ${mount.place}`, mount]));
  const at = (place: string) => {
    let mount = root;
    // A mount can be below one that was made later, and so be hidden: the way from the root tells.
    for (const step of stepsTo(place)) {
      for (let next; (next = children.get(`${mount.id} ${step}`)) !== undefined;) mount = next;
    }
    const { device, isReadOnly } = mount;
    const rest = place.slice(mount.place === '/' ? 0 : mount.place.length);
    return { device, isReadOnly, path: `${mount.root === '/' ? '' : mount.root}${rest === '/' ? '' : rest}` };
  };
  return { places: mounts.map(({ place }) => place), at };
}

/** `/`, `/a` and `/a/b` for `/a/b`. */
function stepsTo(place: string): string[] {
  const names = place.split('/').filter((name) => name !== '');
  return ['/', ...names.map((_, at) => `/${names.slice(0, at + 1).join('/')}`)];
}

function readMount(line: string): Mount {
  const [id = '', parent = '', device = '', root = '', place = '', options = ''] = line.split(' ');
  return { id, parent, device, root, place, isReadOnly: options.split(',').includes('ro') };
}

/** None if the process has ended. */
function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
