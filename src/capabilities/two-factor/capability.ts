import { defineCapability } from '../define.ts';
import * as tfa from './rules/tfa.ts';

export default defineCapability({
  name: 'two-factor',
  rows: [
    { table: 'tfa_secret', whenRenamed: 'sealed' },
    { table: 'tfa_guard' },
    { table: 'tfa_wrong_code' },
    { table: 'tfa_issuer' },
    { table: 'recovery_code' },
  ],
  stored: {
    renamed: (db, { from, to }, { sealer }) => tfa.rename(db, sealer, from, to),
  },
});
