// Assigns IPv6 addresses to accounts or removes them: on the interfaces, in the zones, in the virtual hosts and in the
// store.
import type { NewMachineAddress } from '../../core/machine-addresses.ts';
import { defineChange, exclusive, type Lock, type Plan, type PlannedStep } from '../../core/plan.ts';
import add from '../../capabilities/addresses/driver/steps/add.ts';
import remove from '../../capabilities/addresses/driver/steps/remove.ts';
import { partDependencies, type PartContext } from '../driver/account-parts.ts';
import { webStepsOf } from '../../capabilities/web/driver/virtual-hosts/account.ts';
import changeZone, { type ZoneChange } from '../../capabilities/dns/driver/zones/steps/change.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import * as assignments from '../../capabilities/addresses/rules/ipv6-assignments.ts';
import type { WebOverrides } from '../../capabilities/web/rules/account-web.ts';

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
export async function assignIpv6(
  context: PartContext,
  assigned: readonly assignments.Assignment[],
  bound: readonly NewMachineAddress[],
  zones: readonly ZoneChange[],
): Promise<Plan> {
  return change.plan(
    { assigned, released: [] },
    {
      locks: [...locksOf(assigned, zones), ...assigned.map(({ range }) => exclusive(`IPv6 range ${range}`))],
      steps: [
        ...(bound.length === 0 ? [] : [add.plan({ addresses: bound })]),
        ...(await virtualHosts(context, assigned, (assignment) => assignment)),
        ...zones.map((zone) => changeZone.plan(zone)),
      ],
    },
  );
}

export async function releaseIpv6(
  context: PartContext,
  released: readonly assignments.Assignment[],
  zones: readonly ZoneChange[],
): Promise<Plan> {
  const bound = released.filter(assignments.isOwn).map(({ address }) => address);
  return change.plan(
    { assigned: [], released: released.map(({ username }) => username) },
    {
      locks: locksOf(released, zones),
      steps: [
        // Zones change first, so that DNS never points to an address that is gone.
        ...zones.map((zone) => changeZone.plan(zone)),
        ...(await virtualHosts(context, released, () => null)),
        ...(bound.length === 0 ? [] : [remove.plan({ addresses: bound })]),
      ],
    },
  );
}

/**
 * Virtual hosts on the shared addresses answer on the server’s IPv6 address already. All others change, with one reload.
 */
async function virtualHosts(
  context: PartContext,
  changed: readonly assignments.Assignment[],
  after: (assignment: assignments.Assignment) => assignments.Assignment | null,
): Promise<PlannedStep[]> {
  const served: { account: Account; overrides: WebOverrides }[] = [];
  for (const assignment of changed) {
    const account = await accounts.find(context.db, assignment.username);
    if (account === undefined) continue;
    const isServedAlready = !assignments.isOwn(assignment) && !account.settings.dedicatedIp;
    if (!isServedAlready) served.push({ account, overrides: { ipv6: after(assignment) } });
  }
  return webStepsOf(await partDependencies(context), served);
}

function locksOf(changed: readonly assignments.Assignment[], zones: readonly ZoneChange[]): Lock[] {
  return [
    exclusive('IP addresses'),
    ...changed.map(({ username }) => exclusive(`account ${username}`)),
    ...zones.map(({ name }) => exclusive(`zone ${name}`)),
  ];
}
