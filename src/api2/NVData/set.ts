import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/NVData/set.ts';

export default defineApi2Twin(original);
