import { defineCapability } from '../define.ts';
import { role } from './driver/role.ts';
import { part as virtualHosts } from './driver/virtual-hosts/account.ts';
import changeWeb from './driver/virtual-hosts/steps/change.ts';
import removeWeb from './driver/virtual-hosts/steps/remove.ts';
import { part as websites } from './driver/websites/account.ts';
import { confirmSoon } from './rules/confirmation.ts';
import * as httpsRedirects from './rules/https-redirects.ts';
import * as primaryHosts from './rules/primary-hosts.ts';

export default defineCapability({
  name: 'web',
  roles: [role],
  parts: [virtualHosts, websites],
  rows: [{ table: 'primary_virtual_host' }, { table: 'directory_index' }, { table: 'https_redirect' }],
  stored: {
    async created(db, _created, { results, now }) {
      if (changeWeb.resultIn(results)?.isUnconfirmed === true) await confirmSoon(db, now);
    },
    async rebuilt(db, _rebuilt, { results, now }) {
      if (changeWeb.resultIn(results)?.isUnconfirmed === true) await confirmSoon(db, now);
    },
    async removed(db, _removed, { results, now }) {
      if (removeWeb.resultIn(results)?.isUnconfirmed === true) await confirmSoon(db, now);
    },
    async domainRenamed(db, { from, to }) {
      await primaryHosts.rename(db, from, to);
      await httpsRedirects.rename(db, from, to);
    },
    domainRemoved: (db, { domain: { domain } }) => httpsRedirects.forget(db, domain),
  },
});
