import { defineFunction } from '../../core/define.ts';
import { listPackages } from '../../capabilities/software/driver/apt/look-debian-packages.ts';

const states = ['any', 'installed', 'not_installed', 'updatable'] as const;

export default defineFunction({
  name: 'package_manager_list_packages',
  since: 52,
  summary: 'List packages of the system by their state.',
  description:
    'The packages are those of Debian: dpkg knows what is installed, and apt what could be. “updatable” leaves out held ' +
    'packages. A sandbox has a small database of its own, in which nothing is really installed.',
  access: 'root',
  effect: 'looks',
  params: {
    state: {
      type: 'string',
      default: 'any',
      values: states,
      doc: 'Which packages: any, installed, not_installed or updatable (those with an update).',
    },
  },
  returns: {
    packages: {
      list: { fields: { package: { type: 'string', doc: 'The package’s name.' } } },
      doc: 'The packages, by name.',
    },
  },
  list: 'packages',
  examples: [{ args: { state: 'updatable' }, doc: 'The packages for which there is an update.' }],

  async handler({ state }, { machine }) {
    const names = await listPackages(machine, state);
    return { packages: names.map((name) => ({ package: name })) };
  },
});
