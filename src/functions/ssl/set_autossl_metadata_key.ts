import { defineFunction } from '../../core/define.ts';
import * as settings from '../../capabilities/certificates/rules/autossl/settings.ts';

export default defineFunction({
  name: 'set_autossl_metadata_key',
  since: 70,
  summary: 'Set one setting of AutoSSL.',
  description: 'The other settings stay as they are. get_autossl_metadata explains the keys.',
  access: 'root',
  effect: 'changes',
  params: {
    key: { type: 'string', required: true, values: settings.metadataKeys, doc: 'The setting.' },
    value: { type: 'flag', required: true, doc: 'The new value: 1 or 0.' },
  },
  returns: null,
  examples: [
    {
      args: { key: 'clobber_externally_signed', value: '1' },
      doc: 'Let AutoSSL replace certificates of other issuers that are invalid or about to expire.',
    },
  ],

  async handler({ key, value }, { db }) {
    await settings.setMetadataKey(db, key, value);
  },
});
