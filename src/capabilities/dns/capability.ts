import { defineCapability } from '../define.ts';
import { role } from './driver/role.ts';
import { part } from './driver/zones/account.ts';
import changeZone from './driver/zones/steps/change.ts';
import { confirmSoon } from './rules/confirmation.ts';
import * as copies from '../../ground/rules/machine-copies.ts';
import * as zoneOwners from './rules/zone-owners.ts';

// A zone whose name is a domain of an account belongs to the account by its domain, so no owner is stored.
export default defineCapability({
  name: 'dns',
  roles: [role],
  parts: [part],
  rows: [{ table: 'dns_zone' }],
  stored: {
    async created(db, { account: { domain } }, { results, now }) {
      await zoneOwners.forget(db, domain);
      if (changeZone.resultIn(results)?.isUnconfirmed === true) await confirmSoon(db, domain, now);
    },
    async rebuilt(db, { zones = [] }, { now }) {
      for (const name of zones) {
        await confirmSoon(db, name, now);
        await copies.forget(db, 'zone', name);
      }
    },
    async domainRenamed(db, { from, to }) {
      for (const domain of [from, to]) await zoneOwners.forget(db, domain);
    },
    domainAdded: (db, { domain: { domain } }) => zoneOwners.forget(db, domain),
    domainRemoved: (db, { domain: { domain } }) => zoneOwners.forget(db, domain),
  },
});
