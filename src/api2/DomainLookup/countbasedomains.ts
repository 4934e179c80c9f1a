import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/DomainLookup/countbasedomains.ts';

export default defineApi2Twin(original);
