import { defineCapability } from '../define.ts';
import { role } from './driver/role.ts';

export default defineCapability({ name: 'webmail', roles: [role] });
