import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/DomainLookup/getbasedomains.ts';

export default defineApi2Twin(original, { without: ['return_temporary_domain'] });
