import { defineFunction } from '../../core/define.ts';
import { readServer } from '../../capabilities/php/rules/settings.ts';

export default defineFunction({
  name: 'php_get_old_fpm_flag',
  since: 60,
  summary: 'Check whether this server still has a PHP-FPM configuration from before an upgrade of WHM.',
  description:
    'This program has never had another configuration, so there is none. It stores whether the notice was dismissed.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: {
    old_fpm_flag: {
      type: 'integer',
      doc: '0: there is none. 2: there is none, and the notice was dismissed.',
    },
  },
  examples: [{ args: {}, doc: 'Whether a notice should be shown.' }],

  async handler(_args, { db }) {
    return { old_fpm_flag: (await readServer(db)).isOldFpmDismissed ? 2 : 0 };
  },
});
