import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/ZoneEdit/resetzone.ts';

export default defineApi2Twin(original, { failureRow: 'result.status result.statusmsg' });
