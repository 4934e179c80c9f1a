import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/browse_mailbox.ts';

export default defineApi2Twin(original, { name: 'Email::browseboxes', without: ['showdotfiles'] });
