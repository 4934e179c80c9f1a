import { defineCapability } from '../define.ts';
import { afterVirtualHosts, part } from './driver/account.ts';
import * as renamedNames from './rules/autossl/renamed-names.ts';
import { checkSoon } from './rules/autossl/schedule.ts';
import * as installed from './rules/installed.ts';

export default defineCapability({
  name: 'certificates',
  parts: [part],
  retired: [afterVirtualHosts],
  rows: [
    { table: 'certificate' },
    { table: 'certificate_key' },
    { table: 'signing_request' },
    { table: 'installed_certificate' },
    { table: 'preferred_key_type' },
    { table: 'autossl_order' },
    { table: 'autossl_certificate' },
    { table: 'autossl_problem' },
    { table: 'autossl_exclusion' },
  ],
  stored: {
    async created(db, { account: { username } }, { results, now }) {
      await installed.installWritten(db, results, now);
      await checkSoon(db, username, now);
    },
    rebuilt: (db, _rebuilt, { results, now }) => installed.installWritten(db, results, now),
    domainRenamed: (db, { from }) => installed.uninstall(db, from),
    async domainRemoved(db, { domain: { domain, servedBy } }) {
      if (servedBy === null) await installed.uninstall(db, domain);
    },
    async domainsChanged(db, { username, added }, { results, now }) {
      await installed.installWritten(db, results, now);
      if (added.length > 0) await checkSoon(db, username, now);
    },
    async changed(db, { before, after, renames }, { results, now }) {
      if (before.domain !== after.domain) await checkSoon(db, after.username, now);
      await installed.installWritten(db, results, now);
      // After the certificates: one that AutoSSL got for a former name can be the one of a new name.
      await renamedNames.rename(db, after.username, renames);
    },
  },
});
