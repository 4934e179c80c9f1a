import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/list_lists.ts';

export default defineApi2Twin(original, { name: 'Email::listlists' });
