import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/store_filter.ts';

export default defineApi2Twin(original, {
  name: 'Email::storefilter',
  returns: {
    fields: {
      ok: { type: 'flag', doc: '1 if it was stored.' },
      error: { type: 'flag', doc: 'Always 0.' },
      result: { type: 'string', doc: 'What was done.' },
      account: { type: 'string', doc: 'The mailbox, or empty.' },
    },
  },
  failureRow: 'result reason',
  rows: ({ account }: { readonly account?: string }) => [
    { ok: 1, error: 0, result: 'The filter is stored.', account: account ?? '' },
  ],
});
