import { defineCapability } from '../define.ts';

export default defineCapability({ name: 'ftp' });
