import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/Ftp/delete_ftp.ts';

export default defineApi2Twin(original, {
  name: 'Ftp::delftp',
  returns: outcomeRow,
  rows: ({ user }: { readonly user: string }) => [
    { result: 1, reason: `The FTP account “${user}” has been deleted.` },
  ],
});
