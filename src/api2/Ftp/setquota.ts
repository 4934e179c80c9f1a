import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/Ftp/set_quota.ts';

export default defineApi2Twin(original, {
  name: 'Ftp::setquota',
  returns: outcomeRow,
  rows: () => [{ result: 1, reason: 'The quota has been set.' }],
});
