// DNS zones are created, edited and removed: the files of the name server, and who each zone belongs to.
import type { Context } from '../core/context.ts';
import { defineChange, exclusive, shared, type Plan, type StepResult } from '../core/plan.ts';
import type { FoundZone } from '../drivers/zones/contract.ts';
import changeZone, { type ZoneChange } from '../drivers/zones/steps/change.ts';
import removeKeys from '../drivers/zones/steps/remove-keys.ts';
import setSigning, { type SigningResult } from '../drivers/zones/steps/set-signing.ts';
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
      steps: [
        ...zones.map((zone) => changeZone.plan(zone)),
        ...removed.map((name) => removeKeys.plan({ name })),
      ],
    },
  );
}

/** Zones that are signed from now on, or no longer. One that cannot be changed does not stop the others. */
export function setSigningOf(zones: readonly ZoneChange[]): Plan {
  return change.plan(
    { created: [], removed: [] },
    {
      locks: zones.map(({ name }) => exclusive(`zone ${name}`)),
      steps: zones.map((zone) => setSigning.plan(zone)),
    },
  );
}

/** What became of each zone, by its name. */
export function signingIn(results: readonly StepResult[]): ReadonlyMap<string, SigningResult> {
  return new Map(
    results
      .filter(({ kind }) => kind === setSigning.kind)
      .map(({ value }) => {
        const result = value as SigningResult;
        return [result.zone, result];
      }),
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
