import { defineFunction } from '../../core/define.ts';
import * as settings from '../../capabilities/certificates/rules/autossl/settings.ts';

export default defineFunction({
  name: 'get_autossl_metadata',
  since: 60,
  summary: 'Show what AutoSSL may replace, and which notifications it sends.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { payload: { fields: settings.metadataFields, doc: 'The settings.' } },
  examples: [{ args: {}, doc: 'Show all settings.' }],

  async handler(_args, { db }) {
    return { payload: await settings.metadata(db) };
  },
});
