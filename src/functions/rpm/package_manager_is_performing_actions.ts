import { defineFunction } from '../../core/define.ts';
import { packagesOf } from '../../capabilities/software/driver/apt/look-debian-packages.ts';
import { build, find } from '../../capabilities/software/rules/debian-packages/builds.ts';

export default defineFunction({
  name: 'package_manager_is_performing_actions',
  since: 52,
  summary: 'Check whether packages are being changed.',
  description:
    'They are if the build waits or runs, or if any other program, such as apt in a terminal or unattended-upgrades, has ' +
    'locked the packages of the system. A message then names the program.',
  access: 'root',
  effect: 'reads',
  params: { build },
  returns: { active: { type: 'flag', doc: 'Whether the build, or another program, is active.' } },
  examples: [{ args: { build: '12' }, doc: 'Check a build.', fails: 'not_found' }],

  look: async (_args, { machine }) => (await packagesOf(machine)).lockHolders(),

  async handler({ build: id }, { db, inform }, holders) {
    const { isActive } = await find(db, id);
    if (!isActive) {
      for (const { command, pid } of holders) inform(`${command} (process ${pid}) has locked the packages.`);
    }
    return { active: Number(isActive || holders.length > 0) };
  },
});
