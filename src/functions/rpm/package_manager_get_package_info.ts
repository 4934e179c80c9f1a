import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { describePackages } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import {
  packageName,
  packageNamespace,
} from '../../capabilities/software/rules/debian-packages/parameters.ts';
import { unknownPackages } from '../../capabilities/software/rules/debian-packages/protection.ts';
import { show } from '../../capabilities/software/rules/debian-packages/show.ts';

export default defineFunction({
  name: 'package_manager_get_package_info',
  since: 52,
  summary: 'Show the version, state, size, license and dependencies of packages.',
  description:
    'Pass names of packages or namespaces. The facts are those of the installed version, otherwise of the one that apt ' +
    'would install. Debian’s lists have no licenses: they come from the installed copyright file, and are empty if it ' +
    'does not name them.',
  access: 'root',
  effect: 'looks',
  params: {
    ns: { ...packageNamespace, list: true },
    package: { ...packageName, list: true },
    'disable-excludes': {
      type: 'flag',
      default: 0,
      doc: 'Whether to show the latest versions as if no package was held or pinned.',
    },
  },
  oneOf: { count: 'exactly', of: ['ns', 'package'] },
  returns: {
    packages: {
      list: {
        fields: {
          package: { type: 'string', doc: 'The package’s name.' },
          state: { type: 'string', doc: '“installed”, “updatable” or “not_installed”.' },
          version: { type: 'string', doc: 'The version, without the revision of Debian.' },
          release: { type: 'string', doc: 'The revision of Debian; empty if it has none.' },
          version_installed: { type: 'string', doc: 'The installed version; empty if there is none.' },
          version_latest: {
            type: 'string',
            doc: 'The version that apt would install; empty if there is none.',
          },
          architecture: { type: 'string', doc: 'The architecture: such as amd64, or “all”.' },
          repo_name: {
            type: 'string',
            doc: 'Where the latest version comes from; empty if it is only installed.',
          },
          size: { type: 'integer', doc: 'The disk space of the installed package, in bytes; 0 if unknown.' },
          short_description: { type: 'string', doc: 'The description in one line.' },
          long_description: { type: 'string', doc: 'The other lines of the description.' },
          license: { type: 'string', doc: 'The licenses of the installed package; empty if unknown.' },
          more_info_url: { type: 'string|null', doc: 'The home page; null if it has none.' },
          pkg_group: { type: 'string', doc: 'The section, such as net or admin.' },
          pkg_dep: {
            fields: {
              requires: {
                list: { type: 'string', doc: 'A package, with a version or alternatives.' },
                doc: 'What it depends on.',
              },
              conflicts: {
                list: { type: 'string', doc: 'A package, perhaps with a version.' },
                doc: 'What it cannot be installed with.',
              },
            },
            doc: 'Its dependencies.',
          },
        },
      },
      doc: 'The packages, in the order of the names, or sorted.',
    },
  },
  list: 'packages',
  columns: ['package', 'state', 'version_installed', 'version_latest', 'short_description'],
  examples: [
    { args: { package: ['bind9', 'nginx'] }, doc: 'Two packages.' },
    { args: { ns: 'php8.4' }, doc: 'All packages of a namespace.' },
  ],

  async handler({ ns, package: names, 'disable-excludes': ignoresExcludes }, { machine }) {
    const asked = { namespaces: ns, names, ignoresExcludes };
    const { packages, unknown } = await describePackages(machine, asked);
    if (unknown.length > 0) throw notFound(unknownPackages(unknown));
    return { packages: packages.map(show) };
  },
});
