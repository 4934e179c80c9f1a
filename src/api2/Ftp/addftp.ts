import { defineApi2Twin, outcomeRow } from '../../core/define-uapi.ts';
import original from '../../uapi/Ftp/add_ftp.ts';

export default defineApi2Twin(original, {
  name: 'Ftp::addftp',
  returns: outcomeRow,
  rows: ({ user }: { readonly user: string }) => [
    { result: 1, reason: `The FTP account “${user}” has been created.` },
  ],
});
