import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/fetch_charmaps.ts';

export default defineApi2Twin(original, { name: 'Email::fetchcharmaps' });
