import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/get_auto_responder.ts';

export default defineApi2Twin(original, { name: 'Email::fetchautoresponder' });
