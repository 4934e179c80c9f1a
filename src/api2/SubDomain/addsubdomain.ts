import { nameOfNew } from '../../life/plans/change-domains.ts';
import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/SubDomain/addsubdomain.ts';

export default defineApi2Twin(original, {
  returns: outcomeRow,
  rows: (args: Parameters<typeof nameOfNew>[0]) => [
    { result: 1, reason: `The subdomain “${nameOfNew(args)}” has been added.` },
  ],
});
