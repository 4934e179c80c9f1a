import { defineFunction } from '../../core/define.ts';
import { readServer } from '../../capabilities/php/rules/settings.ts';

export default defineFunction({
  name: 'php_get_default_accounts_to_fpm',
  since: 66,
  summary: 'Check whether new accounts and domains use PHP-FPM.',
  description: 'They do unless php_set_default_accounts_to_fpm has changed it.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: { default_accounts_to_fpm: { type: 'flag', doc: 'Whether they use PHP-FPM.' } },
  examples: [{ args: {}, doc: 'Whether the next account uses PHP-FPM.' }],

  async handler(_args, { db }) {
    return { default_accounts_to_fpm: Number((await readServer(db)).isFpmDefault) };
  },
});
