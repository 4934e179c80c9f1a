import { defineFunction } from '../../core/define.ts';
import { textParam } from '../../capabilities/mail/rules/authentication/authentication-form.ts';
import { assertDmarc, setDefault } from '../../capabilities/mail/rules/authentication/dmarc-record.ts';

export default defineFunction({
  name: 'set_default_dmarc_record',
  since: 124,
  summary: 'Set the default DMARC record of this server.',
  access: 'root',
  effect: 'changes',
  params: {
    record: {
      ...textParam,
      default: '',
      doc: 'The record. Empty or omitted: the built-in record, v=DMARC1; p=none;.',
    },
  },
  returns: { payload: { fields: { success: { type: 'flag', doc: '1.' } } } },
  examples: [
    {
      args: { record: 'v=DMARC1; p=quarantine;' },
      doc: 'New accounts ask receivers to treat mail that is not authentic as spam.',
    },
  ],

  async handler({ record }, { db }) {
    if (record !== '') assertDmarc('record', record);
    await setDefault(db, record);
    return { payload: { success: 1 } };
  },
});
