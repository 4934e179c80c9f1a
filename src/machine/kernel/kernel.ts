// Kernel data, read from /proc and with statfs(2).
import { readdir, readFile, readlink, statfs } from 'node:fs/promises';
import { endianness } from 'node:os';
import { readFileSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import type {
  MachineKernel,
  Memory,
  ProcessMemory,
  KernelSocket,
  FileSystem,
  FileSystems,
} from '../../core/machine-kernel.ts';
import { unescapeMount } from '../linux/mounts.ts';

export const kernel: MachineKernel = {
  fileSystems: () => readFileSystems(),
  memory: () => readMemory(),
  processMemory: (program, commandLine) => readProcessMemory(program, commandLine),
  listeningPaths: () => readListeningPaths(),
  sockets: (table) => readSockets(`/proc/net/${table}`),
};

// Memory of the machine and of processes, from proc(5).
const KIB = 1024;

async function readMemory(file = '/proc/meminfo'): Promise<Memory> {
  const text = await readFile(file, 'utf8');
  return { total: kibibytes(text, 'MemTotal') * KIB, available: kibibytes(text, 'MemAvailable') * KIB };
}

async function readProcessMemory(program: string, commandLine: RegExp): Promise<ProcessMemory> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const measured = await Promise.all(ids.map((id) => measureProcess(`/proc/${id}`, program, commandLine)));
  const found = measured.filter((bytes) => bytes !== undefined);
  return { count: found.length, bytes: found.reduce((sum, bytes) => sum + bytes, 0) };
}

/** Undefined for another program, and for a process that ended meanwhile or may not be examined. */
async function measureProcess(
  folder: string,
  program: string,
  commandLine: RegExp,
): Promise<number | undefined> {
  try {
    // The kernel adds this after the file was replaced, as an upgrade does.
    const file = (await readlink(`${folder}/exe`)).replace(/ \(deleted\)$/, '');
    if (file !== program) return undefined;
    if (!commandLine.test(await readFile(`${folder}/cmdline`, 'utf8'))) return undefined;
    return kibibytes(await readFile(`${folder}/smaps_rollup`, 'utf8'), 'Pss') * KIB;
  } catch {
    return undefined;
  }
}

function kibibytes(text: string, name: string): number {
  const [, value = '0'] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return Number(value);
}

// The kernel's tables of sockets (proc(5), “/proc/net/tcp”).
const HEX = 16;

async function readSockets(path: string): Promise<KernelSocket[]> {
  try {
    return parseSockets(await readFile(path, 'latin1'));
  } catch (error) {
    // A kernel without IPv6 has no such file.
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  }
}

/** The first line contains the column names. */
export function parseSockets(text: string): KernelSocket[] {
  const [, ...rows] = text.split('\n');
  return rows.filter((row) => row !== '').map(parseRow);
}

function parseRow(row: string): KernelSocket {
  const [, local = '', remote = '', state = '', queues = '', , , uid = '', , inode = ''] = row
    .trim()
    .split(/\s+/);
  const [localAddress, localPort] = parseEnd(local);
  const [remoteAddress, remotePort] = parseEnd(remote);
  const [sendQueue = '', receiveQueue = ''] = queues.split(':');
  return {
    localAddress,
    localPort,
    remoteAddress,
    remotePort,
    state: Number.parseInt(state, HEX),
    receiveQueue: Number.parseInt(receiveQueue, HEX),
    sendQueue: Number.parseInt(sendQueue, HEX),
    uid: Number(uid),
    inode: Number(inode),
  };
}

/** `0100007F:0050`: 32-bit words in the byte order of the processor, and the port. */
function parseEnd(text: string): [address: string, port: number] {
  const [words = '', port = ''] = text.split(':');
  const bytes = Buffer.from(words, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  return [formatAddress(bytes), Number.parseInt(port, HEX)];
}

function formatAddress(bytes: Buffer): string {
  const address = ipaddr.fromByteArray([...bytes]);
  if (!(address instanceof ipaddr.IPv6)) return address.toString();
  return address.isIPv4MappedAddress()
    ? `::ffff:${address.toIPv4Address().toString()}`
    : address.toRFC5952String();
}

/** A listening socket has the flag `__SO_ACCEPTCON`. */
const ACCEPTS = 0x10000;

/** Returns the paths of the Unix sockets on which processes listen (proc(5), “/proc/net/unix”). */
async function readListeningPaths(path = '/proc/net/unix'): Promise<ReadonlySet<string>> {
  const [, ...rows] = (await readFile(path, 'utf8')).split('\n');
  const paths = rows.flatMap((row) => {
    const [, flags, name] = /^\S+ \S+ \S+ ([0-9A-F]+) \S+ \S+ +\d+ (\/.*)$/.exec(row) ?? [];
    const isListening = (Number.parseInt(flags ?? '0', HEX) & ACCEPTS) !== 0;
    return isListening && name !== undefined ? [name] : [];
  });
  return new Set(paths);
}

// The mounted file systems (proc_pid_mountinfo(5)), and how full they are (statfs(2)).

/** File systems in memory, and images that are always full. All other file systems with blocks are listed. */
const WITHOUT_A_DISK =
  /^(?:tmpfs|devtmpfs|ramfs|rootfs|hugetlbfs|squashfs|erofs|iso9660|efivarfs|fuse\.(?:snapfuse|lxcfs|portal))$/;

/** The kernel’s interfaces, which have no blocks. Asking each of them would take as long as all others. */
const WITHOUT_BLOCKS =
  /^(?:proc|sysfs|cgroup2?|devpts|mqueue|securityfs|debugfs|tracefs|configfs|bpf|pstore|autofs|binfmt_misc|nsfs|fusectl|rpc_pipefs|selinuxfs)$/;

/** A file system of another server might never respond. */
const LIMIT_MS = 2000;

interface Mount {
  /** Major and minor number: the same for every mount of a file system. */
  readonly device: string;
  /** The directory of the file system that is mounted. For a bind mount, it is not `/`. */
  readonly root: string;
  readonly mountPoint: string;
  readonly type: string;
  readonly source: string;
}

export async function readFileSystems(path = '/proc/self/mountinfo'): Promise<FileSystems> {
  // Synchronous, because the kernel has the table in memory, and the thread pool takes ten times as long.
  const mounts = onceEach(parseMounts(readFileSync(path, 'utf8')));
  const answers = await Promise.all(mounts.map(async (mount) => ({ mount, answer: await measure(mount) })));
  return {
    list: answers.flatMap(({ answer }) => (answer === 'silent' || answer === undefined ? [] : [answer])),
    silent: answers.filter(({ answer }) => answer === 'silent').map(({ mount }) => mount.mountPoint),
  };
}

/** `36 35 98:0 / /mnt rw,noatime master:1 - ext4 /dev/vda1 rw`: a dash ends the optional fields. */
export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const fields = line.split(' ').map(unescapeMount);
      const [, , device = '', root = '', mountPoint = ''] = fields;
      const [type = '', source = ''] = fields.slice(fields.indexOf('-', 6) + 1);
      return { device, root, mountPoint, type, source };
    });
}

/** If a file system has several mounts, keeps the first mount of its whole tree, or else the first mount. */
function onceEach(mounts: readonly Mount[]): Mount[] {
  const chosen = new Map<string, Mount>();
  for (const mount of mounts) {
    if (WITHOUT_A_DISK.test(mount.type) || WITHOUT_BLOCKS.test(mount.type)) continue;
    const known = chosen.get(mount.device);
    if (known === undefined || (known.root !== '/' && mount.root === '/')) chosen.set(mount.device, mount);
  }
  return [...chosen.values()];
}

/** Undefined for a file system without blocks, such as /proc, and for one that this user cannot access. */
async function measure({ mountPoint, source }: Mount): Promise<FileSystem | 'silent' | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => resolve('silent'), LIMIT_MS);
  });
  try {
    const answer = await Promise.race([statfs(mountPoint), silence]);
    if (answer === 'silent') return answer;
    const { bsize, blocks, bfree, bavail, files, ffree } = answer;
    if (blocks === 0) return undefined;
    return {
      source,
      mountPoint,
      size: blocks * bsize,
      used: (blocks - bfree) * bsize,
      available: bavail * bsize,
      inodes: files,
      inodesUsed: files - ffree,
    };
  } catch {
    // Unmounted meanwhile, or below a directory that this user cannot enter.
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
