import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/list_mail_domains.ts';

export default defineApi2Twin(original, { name: 'Email::listmaildomains' });
