import { defineFunction } from '../../core/define.ts';
import * as configuration from '../../model/brute-force/config.ts';
import { firewallBlocks } from '../../model/brute-force/firewall.ts';

export default defineFunction({
  name: 'disable_cphulk',
  since: 48,
  summary: 'Turn the protection of logins against guessing off.',
  description:
    'Nothing is counted, and nobody kept out, until it is turned on again; the black list has no effect either. ' +
    'Passwords can be guessed meanwhile as fast as the server answers.',
  destructive: 'Passwords can be guessed without a limit until enable_cphulk is called.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Turn it off.' }],

  look: (_args, context) => firewallBlocks(context),

  async handler(_args, { db, inform, warn }, { length }) {
    if (!(await configuration.read(db)).is_enabled) inform('The protection was off already.');
    await configuration.change(db, { is_enabled: false });
    if (length > 0) {
      warn(
        `The firewall goes on with ${length === 1 ? 'a block' : `${length} blocks`} until their time is over; ` +
          'flush_cphulk_login_history lifts them.',
      );
    }
  },
});
