import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/list_pops.ts';

export default defineApi2Twin(original, { name: 'Email::listpopssingle' });
