import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/AddonDomain/listaddondomains.ts';

export default defineApi2Twin(original);
