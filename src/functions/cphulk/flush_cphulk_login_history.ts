import { changeWithFirewall } from '../../capabilities/logins/plans/lift-firewall-blocks.ts';
import { defineFunction } from '../../core/define.ts';
import { firewallBlocks } from '../../capabilities/logins/rules/brute-force/firewall.ts';

export default defineFunction({
  name: 'flush_cphulk_login_history',
  since: 48,
  summary: 'Remove all failed logins and all blocks.',
  description: 'The firewall lifts its blocks too. The allow list and the block list are kept.',
  destructive:
    'All failed logins and all blocks are deleted, and blocked addresses can log in again at once. This cannot be ' +
    'undone.',
  access: 'root',
  effect: 'operates',
  params: {},
  returns: {
    records_removed: { type: 'integer', doc: 'The number of failed logins and blocks that were deleted.' },
  },
  examples: [{ args: {}, doc: 'Start over.' }],

  look: (_args, context) => firewallBlocks(context),

  async handler(_args, context, blocks) {
    const { removed } = await changeWithFirewall(context, { kind: 'forget everything' }, blocks);
    return { records_removed: removed };
  },
});
