import { defineFunction } from '../../core/define.ts';
import { carryOut } from '../../model/brute-force/changes.ts';

export default defineFunction({
  name: 'flush_cphulk_login_history',
  since: 48,
  summary: 'Remove all failed logins and all blocks.',
  description: 'The firewall lifts its blocks as well. The white and the black list stay.',
  destructive:
    'All failed logins and all blocks are forgotten: blocked addresses can try again at once. This cannot be undone.',
  access: 'root',
  effect: 'operates',
  params: {},
  returns: {
    records_removed: { type: 'integer', doc: 'How many failed logins and blocks were forgotten.' },
  },
  examples: [{ args: {}, doc: 'Begin anew.' }],

  async handler(_args, context) {
    const { removed } = await carryOut(context, { kind: 'forget everything' });
    return { records_removed: removed };
  },
});
