import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/add_forwarder.ts';

export default defineApi2Twin(original, { name: 'Email::addforward' });
