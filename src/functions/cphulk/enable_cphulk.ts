import { defineFunction } from '../../core/define.ts';
import * as configuration from '../../capabilities/logins/rules/brute-force/config.ts';

export default defineFunction({
  name: 'enable_cphulk',
  since: 48,
  summary: 'Enable the brute-force protection.',
  description:
    'It protects password logins to whmapi1d. Tokens and access hashes are too long to be guessed and are not ' +
    'counted, and calls on the local command line are not logins. A blocked client gets the same response as for ' +
    'a wrong password. Blocks and failed logins from before the protection was disabled apply again until they ' +
    'expire.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Enable it.' }],

  async handler(_args, { db, inform }) {
    if ((await configuration.read(db)).is_enabled) inform('The protection was already enabled.');
    await configuration.change(db, { is_enabled: true });
  },
});
