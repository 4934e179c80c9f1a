import { defineFunction } from '../../core/define.ts';
import { listPartitions, partitionList } from '../../capabilities/system/rules/servers/partitions.ts';

export default defineFunction({
  name: 'getdiskusage',
  since: 32,
  summary: 'List the server’s disk partitions, and how full they are.',
  description:
    'Sizes are in blocks of 1,024 bytes, as df(1) counts them. File systems in memory are left out. A file system that is ' +
    'mounted at several places is listed once.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: { partition: partitionList },
  list: 'partition',
  columns: ['filesystem', 'mount', 'total', 'used', 'available', 'percentage', 'inodes_ipercentage'],
  examples: [{ args: {}, doc: 'List them.' }],

  async handler(_args, { machine, warn }) {
    const { list, silent } = await (await machine.kernel()).fileSystems();
    for (const mountPoint of silent) {
      warn(`The file system at “${mountPoint}” did not answer, so it is not in the list.`);
    }
    return { partition: listPartitions(list) };
  },
});
