import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/list_default_address.ts';

export default defineApi2Twin(original, { name: 'Email::listdefaultaddresses' });
