import { defineFunction } from '../../core/define.ts';
import * as configuration from '../../capabilities/logins/rules/brute-force/config.ts';
import { firewallBlocks } from '../../capabilities/logins/rules/brute-force/firewall.ts';

export default defineFunction({
  name: 'disable_cphulk',
  since: 48,
  summary: 'Disable the brute-force protection.',
  description:
    'Failed logins are not counted, and no address is blocked, not even by the block list, until the protection ' +
    'is enabled again. Until then, passwords can be guessed as fast as the server responds.',
  destructive: 'Passwords can be guessed without limit until enable_cphulk is called.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Disable it.' }],

  look: (_args, context) => firewallBlocks(context),

  async handler(_args, { db, inform, warn }, { length }) {
    if (!(await configuration.read(db)).is_enabled) inform('The protection was already disabled.');
    await configuration.change(db, { is_enabled: false });
    if (length > 0) {
      warn(
        `The firewall keeps ${length === 1 ? 'a block' : `${length} blocks`} until ${length === 1 ? 'it expires' : 'they expire'}. ` +
          'To lift the blocks, call flush_cphulk_login_history.',
      );
    }
  },
});
