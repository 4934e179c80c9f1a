import { defineFunction } from '../../core/define.ts';
import * as configuration from '../../model/brute-force/config.ts';

export default defineFunction({
  name: 'enable_cphulk',
  since: 48,
  summary: 'Turn the protection of logins against guessing on.',
  description:
    'It guards the logins with a password to this program’s own server. Tokens and access hashes are too long to be ' +
    'guessed and are not counted, and calls on the local command line are no logins. Who is blocked gets the answer ' +
    'of a wrong password. Blocks and failed logins of the time before it was turned off count again, as far as their ' +
    'time is not over.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Turn it on.' }],

  async handler(_args, { db, inform }) {
    if ((await configuration.read(db)).is_enabled) inform('The protection was on already.');
    await configuration.change(db, { is_enabled: true });
  },
});
