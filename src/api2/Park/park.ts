import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/Park/park.ts';

export default defineApi2Twin(original, {
  without: ['disallowdot', 'force'],
  returns: outcomeRow,
  rows: ({ domain }: { readonly domain: string }) => [
    { result: 1, reason: `The domain “${domain}” has been parked.` },
  ],
});
