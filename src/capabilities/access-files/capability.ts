import { defineCapability } from '../define.ts';
import { part } from './driver/account.ts';

export default defineCapability({ name: 'access-files', parts: [part] });
