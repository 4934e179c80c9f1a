import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/edit_pop_quota.ts';

export default defineApi2Twin(original, {
  name: 'Email::editquota',
  returns: outcomeRow,
  rows: () => [{ result: 1, reason: 'OK' }],
});
