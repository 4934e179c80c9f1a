import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/AddonDomain/addaddondomain.ts';

export default defineApi2Twin(original, {
  without: ['disallowdot', 'force'],
  returns: outcomeRow,
  rows: ({ newdomain }: { readonly newdomain: string }) => [
    { result: 1, reason: `The addon domain “${newdomain}” has been added.` },
  ],
});
