import { defineFunction } from '../../core/define.ts';
import { setServer } from '../../capabilities/php/rules/settings.ts';

export default defineFunction({
  name: 'php_set_default_accounts_to_fpm',
  since: 66,
  summary: 'Set whether new accounts and domains use PHP-FPM.',
  description:
    'Existing virtual hosts keep their setting: php_set_vhost_versions and convert_all_domains_to_fpm change it. ' +
    'Without PHP-FPM, the handler of the PHP version runs PHP (php_set_handler).',
  access: 'root',
  effect: 'changes',
  role: 'WebServer',
  params: {
    default_accounts_to_fpm: { type: 'flag', required: true, doc: '1: they use PHP-FPM. 0: they do not.' },
  },
  returns: null,
  examples: [{ args: { default_accounts_to_fpm: '1' }, doc: 'New accounts use PHP-FPM.' }],

  async handler({ default_accounts_to_fpm: isFpmDefault }, { db }) {
    await setServer(db, { isFpmDefault });
  },
});
