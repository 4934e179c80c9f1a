import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Ftp/list_ftp_with_disk.ts';

export default defineApi2Twin(original, {
  name: 'Ftp::listftpwithdisk',
  ignored: {
    dirhtml: {
      type: 'string',
      doc: 'The address of a link to the folder.',
      noEffectReason: '“htmldir” is always null.',
    },
  },
});
