import { defineFunction } from '../../core/define.ts';
import { setServer } from '../../capabilities/php/rules/settings.ts';

export default defineFunction({
  name: 'php_set_old_fpm_flag',
  since: 60,
  summary: 'Set that the notice about an earlier PHP-FPM configuration was dismissed.',
  description: 'The flag that php_get_old_fpm_flag returns is 2 from then on.',
  access: 'root',
  effect: 'changes',
  role: 'WebServer',
  params: {},
  returns: { success: { type: 'flag', doc: 'Always 1.' } },
  examples: [{ args: {}, doc: 'Do not show the notice again.' }],

  async handler(_args, { db }) {
    await setServer(db, { isOldFpmDismissed: true });
    return { success: 1 };
  },
});
