// DNS zones are created, edited and removed: the files of the name server, and who each zone belongs to.
import type { Context } from '../core/context.ts';
import { defineChange, exclusive, shared, type Plan } from '../core/plan.ts';
import type { FoundZone } from '../drivers/zones/contract.ts';
import changeZone, { type ZoneChange } from '../drivers/zones/steps/change.ts';
import { changedZone } from '../model/dns/changed-zone.ts';
import * as owners from '../model/dns/zone-owners.ts';
import type { ZoneChanges } from '../model/dns/zone-edits.ts';

interface ChangeZones {
  readonly created: readonly { readonly name: string; readonly owner: string }[];
  readonly removed: readonly string[];
}

const change = defineChange<ChangeZones>({
  kind: 'change-zones',
  async store(db, { created, removed }) {
    for (const name of removed) await owners.forget(db, name);
    for (const { name, owner } of created) await owners.set(db, name, owner);
  },
});
export default change;

/** The accounts of `created` have to be there still when the zones are. */
export function changeZones(zones: readonly ZoneChange[], created: ChangeZones['created'] = []): Plan {
  const removed = zones.filter(({ after }) => after === null).map(({ name }) => name);
  return change.plan(
    { created, removed },
    {
      locks: [
        ...zones.map(({ name }) => exclusive(`zone ${name}`)),
        ...created.map(({ owner }) => shared(`account ${owner}`)),
      ],
      steps: zones.map((zone) => changeZone.plan(zone)),
    },
  );
}

/** Plans edits of a zone that was read. @returns the new serial. @throws ApiError as `changedZone`. */
export function editZone(
  { plan, now }: Pick<Context, 'plan' | 'now'>,
  found: FoundZone,
  changes: ZoneChanges,
): number {
  const { name, digest, dnssecPolicy } = found;
  const { text, serial } = changedZone(found, changes, new Date(now()));
  plan(changeZones([{ name, before: digest, after: { name, text, dnssecPolicy } }]));
  return serial;
}
