import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/Park/unpark.ts';

export default defineApi2Twin(original, {
  returns: outcomeRow,
  rows: ({ domain }: { readonly domain: string }) => [
    { result: 1, reason: `The domain “${domain}” has been removed.` },
  ],
});
