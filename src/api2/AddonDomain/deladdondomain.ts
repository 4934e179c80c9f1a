import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/AddonDomain/deladdondomain.ts';

export default defineApi2Twin(original, {
  without: ['disallowdot'],
  returns: outcomeRow,
  rows: ({ domain }: { readonly domain: string }) => [
    { result: 1, reason: `The addon domain “${domain}” has been removed.` },
  ],
});
