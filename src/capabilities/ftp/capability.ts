import { defineCapability } from '../define.ts';
import { part } from './driver/account.ts';
import { certificateFile } from './driver/proftpd/places.ts';
import { role } from './driver/role.ts';
import * as ftpAccounts from './rules/ftp-accounts.ts';

export default defineCapability({
  name: 'ftp',
  roles: [role],
  parts: [part],
  certificateFiles: [certificateFile],
  rows: [{ table: 'ftp_account' }, { table: 'ftp_setting' }],
  stored: {
    domainRenamed: (db, { from, to }) => ftpAccounts.renameDomain(db, from, to),
    domainRemoved: (db, { domain: { domain } }) => ftpAccounts.removeDomain(db, domain),
    async suspended(db, { account: { username, suspendedAt }, keepsFtp }) {
      if (keepsFtp === undefined && suspendedAt !== null) return;
      const onWhileSuspended = keepsFtp === true;
      const { onWhileSuspended: former } = await ftpAccounts.settingsOf(db, username);
      if (onWhileSuspended !== former) await ftpAccounts.storeSettings(db, username, { onWhileSuspended });
    },
  },
});
