import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/Email/trace_filter.ts';

export default defineApi2Twin(original, { name: 'Email::tracefilter' });
