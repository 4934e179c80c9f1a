// Lists the IPv6 ranges of this server.
import type { Db } from '../../../core/context.ts';
import type { MachineAddress } from '../../../core/machine-addresses.ts';
import { formatWhole, networkOf, parseIp } from './ip.ts';
import * as ranges from './ipv6-ranges.ts';

/** A range with the field names of the API. */
export interface ListedRange {
  readonly name: string;
  readonly CIDR: string;
  readonly first: string;
  readonly last: string;
  readonly enabled: 0 | 1;
  readonly note: string;
  readonly owner: string;
  readonly mostrecent: string;
  readonly range_users: string[];
  readonly reclaimed: string[];
}

/** Returns the server’s own address first, if it has one. */
export async function read(db: Db, machine: readonly MachineAddress[]): Promise<ListedRange[]> {
  const shared = sharedRange(machine);
  const listed: ListedRange[] = [];
  for (const range of [...(shared === undefined ? [] : [shared]), ...(await ranges.list(db))]) {
    const { name, note, owner, isEnabled, mostRecent } = range;
    listed.push({
      ...{ name, note, owner },
      CIDR: ranges.formatCidr(range),
      ...ranges.formatEnds(range),
      enabled: isEnabled ? 1 : 0,
      mostrecent: mostRecent === undefined ? '' : formatWhole(mostRecent),
      range_users: await ranges.listUsers(db, name),
      reclaimed: (await ranges.listReclaimed(db, name)).map(formatWhole),
    });
  }
  return listed;
}

function sharedRange(machine: readonly MachineAddress[]): ranges.Ipv6Range | undefined {
  const main = machine.find(({ family, isMain }) => family === 6 && isMain);
  const ip = main && parseIp(main.address);
  if (ip === undefined) return undefined;
  return {
    ...{ name: ranges.SHARED, note: '', owner: 'root', prefixLength: 128, isEnabled: true },
    network: networkOf(ip, 128),
    mostRecent: ip,
  };
}
