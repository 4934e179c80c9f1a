import { defineCapability } from '../define.ts';
import { part, retired } from './driver/php-pools/account.ts';
import * as settings from './rules/settings.ts';
import { moveFpmSettings } from './rules/stored-fpm-settings.ts';

export default defineCapability({
  name: 'php',
  parts: [part],
  retired: [retired],
  rows: [{ table: 'php_virtual_host' }, { table: 'php_fpm_setting' }],
  stored: {
    async created(db, { account: { username, domain }, newestPhp }) {
      await settings.setFirstDefault(db, newestPhp);
      await settings.createHost(db, username, domain);
    },
    domainRenamed: (db, { from, to }) => settings.renameHost(db, from, to),
    async domainAdded(db, { username, domain: { domain, servedBy } }) {
      if (servedBy === null) await settings.createHost(db, username, domain);
    },
    async domainRemoved(db, { domain: { domain, servedBy } }) {
      if (servedBy === null) await settings.removeHost(db, domain);
    },
    domainsChanged: (db, { newestPhp }) => settings.setFirstDefault(db, newestPhp),
    async changed(db, { before, after }) {
      if (before.home !== after.home) await moveFpmSettings(db, after.username, before.home, after.home);
    },
  },
});
