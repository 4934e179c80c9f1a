// Assigns IPv6 addresses to accounts or removes them: on the interfaces, in the zones and in the store.
import type { NewMachineAddress } from '../core/machine-addresses.ts';
import { defineChange, exclusive, type Lock, type Plan } from '../core/plan.ts';
import add from '../drivers/addresses/steps/add.ts';
import remove from '../drivers/addresses/steps/remove.ts';
import changeZone, { type ZoneChange } from '../drivers/zones/steps/change.ts';
import * as assignments from '../model/addresses/ipv6-assignments.ts';

interface ChangeIpv6 {
  readonly assigned: readonly assignments.Assignment[];
  /** The accounts. */
  readonly released: readonly string[];
}

const change = defineChange<ChangeIpv6>({
  kind: 'change-ipv6',
  async store(db, { assigned, released }) {
    for (const username of released) await assignments.release(db, username);
    for (const one of assigned) await assignments.assign(db, one);
  },
});
export default change;

/** `bound`: the addresses to add to the interfaces. */
export function assignIpv6(
  assigned: readonly assignments.Assignment[],
  bound: readonly NewMachineAddress[],
  zones: readonly ZoneChange[],
): Plan {
  return change.plan(
    { assigned, released: [] },
    {
      locks: [...locksOf(assigned, zones), ...assigned.map(({ range }) => exclusive(`IPv6 range ${range}`))],
      steps: [
        ...(bound.length === 0 ? [] : [add.plan({ addresses: bound })]),
        ...zones.map((zone) => changeZone.plan(zone)),
      ],
    },
  );
}

export function releaseIpv6(released: readonly assignments.Assignment[], zones: readonly ZoneChange[]): Plan {
  const bound = released.filter(assignments.isOwn).map(({ address }) => address);
  return change.plan(
    { assigned: [], released: released.map(({ username }) => username) },
    {
      locks: locksOf(released, zones),
      steps: [
        // Zones change first, so that DNS never points to an address that is gone.
        ...zones.map((zone) => changeZone.plan(zone)),
        ...(bound.length === 0 ? [] : [remove.plan({ addresses: bound })]),
      ],
    },
  );
}

function locksOf(accounts: readonly assignments.Assignment[], zones: readonly ZoneChange[]): Lock[] {
  return [
    exclusive('IP addresses'),
    ...accounts.map(({ username }) => exclusive(`account ${username}`)),
    ...zones.map(({ name }) => exclusive(`zone ${name}`)),
  ];
}
