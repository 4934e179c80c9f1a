import { defineFunction } from '../../core/define.ts';
import * as settings from '../../capabilities/certificates/rules/autossl/settings.ts';

export default defineFunction({
  name: 'disable_autossl',
  since: 58,
  summary: 'Disable AutoSSL: certificates are no longer requested or renewed.',
  description:
    'Installed certificates stay, and expire. The account at the provider is kept, so that set_autossl_provider can ' +
    'enable AutoSSL again.',
  destructive: 'Certificates are no longer renewed, and expire. To undo it, call set_autossl_provider.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Disable AutoSSL.' }],

  async handler(_args, { db, inform }) {
    if (!(await settings.disable(db))) inform('AutoSSL was already disabled.');
  },
});
