import { defineFunction } from '../../core/define.ts';
import * as settings from '../../capabilities/certificates/rules/autossl/settings.ts';

export default defineFunction({
  name: 'set_autossl_metadata',
  since: 60,
  summary: 'Set all settings of AutoSSL at once.',
  description:
    'Keys that the JSON leaves out get their defaults. set_autossl_metadata_key sets a single one.',
  access: 'root',
  effect: 'changes',
  params: {
    metadata_json: {
      type: 'json',
      required: true,
      doc: 'A JSON object with keys of get_autossl_metadata, each with 1 or 0.',
    },
  },
  returns: null,
  examples: [
    {
      args: { metadata_json: '{"clobber_externally_signed":1,"notify_autossl_renewal":0}' },
      doc: 'Replace invalid certificates of other issuers, and do not report renewals.',
    },
  ],

  async handler({ metadata_json: given }, { db }) {
    await settings.setMetadata(db, settings.readMetadata(given));
  },
});
