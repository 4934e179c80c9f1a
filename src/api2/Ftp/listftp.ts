import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Ftp/list_ftp.ts';

export default defineApi2Twin(original, { name: 'Ftp::listftp' });
