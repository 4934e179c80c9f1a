// File systems as `getdiskusage` returns them.
import type { Field } from '../../../../core/define.ts';
import type { FileSystem } from '../../../../core/machine-kernel.ts';

const BLOCK = 1024;

export const partitionList = {
  list: {
    fields: {
      filesystem: { type: 'string', doc: 'The device or source: “/dev/vda1” or “server:/export”.' },
      device: { type: 'string', doc: 'The same.' },
      disk: { type: 'string', doc: 'The same without its directory: “vda1”.' },
      mount: { type: 'string', doc: 'The mount point.' },
      total: { type: 'integer', doc: 'Its size.' },
      used: { type: 'integer', doc: 'The space in use.' },
      available: { type: 'integer', doc: 'The space available to users other than root.' },
      percentage: { type: 'integer', doc: 'The percentage in use, rounded up, as df(1) shows it.' },
      inodes_total: { type: 'integer', doc: 'The number of inodes. 0: the file system does not count them.' },
      inodes_used: { type: 'integer', doc: 'The inodes in use.' },
      inodes_available: { type: 'integer', doc: 'The free inodes.' },
      inodes_ipercentage: { type: 'integer', doc: 'The percentage of inodes in use, rounded up.' },
    },
  },
  doc: 'One row for each file system.',
} as const satisfies Field;

export const listPartitions = (fileSystems: readonly FileSystem[]) => fileSystems.map(show);

function show({ source, mountPoint, size, used, available, inodes, inodesUsed }: FileSystem) {
  return {
    filesystem: source,
    device: source,
    disk: source.slice(source.lastIndexOf('/') + 1) || source,
    mount: mountPoint,
    total: blocks(size),
    used: blocks(used),
    available: blocks(available),
    percentage: percentage(used, used + available),
    inodes_total: inodes,
    inodes_used: inodesUsed,
    inodes_available: inodes - inodesUsed,
    inodes_ipercentage: percentage(inodesUsed, inodes),
  };
}

const blocks = (bytes: number): number => Math.floor(bytes / BLOCK);

/** Excludes the blocks that only root can use, so that a file system is at 100 when it is full for other users. */
const percentage = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.ceil((100 * part) / whole);
