import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/DomainLookup/getdocroots.ts';

export default defineApi2Twin(original);
