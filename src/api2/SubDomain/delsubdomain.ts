import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/SubDomain/delsubdomain.ts';

export default defineApi2Twin(original, {
  without: ['disallowdot'],
  returns: outcomeRow,
  rows: ({ domain }: { readonly domain: string }) => [
    { result: 1, reason: `The subdomain “${domain}” has been removed.` },
  ],
});
