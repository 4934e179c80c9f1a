import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/Ftp/passwd.ts';

export default defineApi2Twin(original, {
  returns: outcomeRow,
  rows: () => [{ result: 1, reason: 'The password has been changed.' }],
});
