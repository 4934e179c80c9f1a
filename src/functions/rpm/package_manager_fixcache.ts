import { defineFunction } from '../../core/define.ts';
import { packagesOf } from '../../capabilities/software/driver/apt/look-debian-packages.ts';

export default defineFunction({
  name: 'package_manager_fixcache',
  since: 64,
  summary: 'Repair the package manager: complete interrupted work, and fetch its lists again.',
  description:
    'Packages that dpkg has not completed are configured (dpkg --configure -a), downloaded files are removed, the lists ' +
    'of all repositories are fetched, and apt checks the dependencies. The call returns after that. If a step fails, the ' +
    'reason has apt’s own message.',
  access: 'root',
  effect: 'calls',
  params: {},
  returns: { cache_seems_ok_now: { type: 'flag', doc: 'Always 1: otherwise the call fails.' } },
  examples: [{ args: {}, doc: 'Repair it.' }],

  async handler(_args, { machine, isDryRun, inform }) {
    const source = await packagesOf(machine);
    const broken = [...(await source.broken()).keys()];
    if (broken.length > 0) inform(`dpkg has not completed: ${broken.join(', ')}.`);
    if (isDryRun) inform('Complete them, and fetch the lists of packages again.');
    else await source.repair({ log: inform });
    return { cache_seems_ok_now: 1 };
  },
});
