import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/delete_pop.ts';

export default defineApi2Twin(original, {
  name: 'Email::delpop',
  returns: outcomeRow,
  rows: () => [{ result: 1, reason: 'OK' }],
});
