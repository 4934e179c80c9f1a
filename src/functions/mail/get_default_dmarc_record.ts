import { defineFunction } from '../../core/define.ts';
import { readDefault } from '../../capabilities/mail/rules/authentication/dmarc-record.ts';

export default defineFunction({
  name: 'get_default_dmarc_record',
  since: 124,
  summary: 'Show the default DMARC record of this server.',
  description: 'It is suggested for domains that have no valid record, and new accounts with dmarc=1 get it.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'reads',
  params: {},
  returns: { payload: { fields: { record: { type: 'string', doc: 'The record.' } } } },
  examples: [{ args: {}, doc: 'The record for new accounts.' }],

  async handler(_args, { db }) {
    return { payload: { record: await readDefault(db) } };
  },
});
