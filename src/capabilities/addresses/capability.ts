import { defineCapability } from '../define.ts';
import { part } from './driver/account.ts';
import * as ipv6 from './rules/ipv6-assignments.ts';

export default defineCapability({
  name: 'addresses',
  parts: [part],
  rows: [{ table: 'ipv6_assignment' }],
  stored: { removed: (db, { username }) => ipv6.release(db, username) },
});
