import { defineCapability } from '../define.ts';
import * as exceeded from './rules/exceeded.ts';
import * as usage from './rules/usage.ts';

declare module '../define.ts' {
  interface ChangedAccount {
    /** True if its sites respond that its bandwidth limit is exceeded. Absent in plans of earlier versions. */
    readonly isOverLimit?: boolean;
  }
}

export default defineCapability({
  name: 'bandwidth',
  rows: [{ table: 'bandwidth_limit_state' }],
  stored: {
    renamed: (db, { from, to }) => usage.rename(db, from, to),
    domainRenamed: (db, { username, from }, { now }) =>
      usage.keepFormer(db, from, { username, removedAt: 0 }, now),
    domainRemoved: (db, { username, domain: { domain } }, { now }) =>
      usage.keepFormer(db, domain, { username, removedAt: 0 }, now),
    async changed(db, { after, isOverLimit }) {
      if (isOverLimit !== undefined) await exceeded.setExceeded(db, after.username, isOverLimit);
    },
    removed: (db, account, { now }) => usage.keepOfRemoved(db, account, now),
  },
});
