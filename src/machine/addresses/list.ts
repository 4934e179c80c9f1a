// Converts the output of `ip -json` to the machine’s addresses.
import type { MachineAddress, NewMachineAddress } from '../../core/machine-addresses.ts';
import { familyOf } from './values.ts';

/** An interface as `ip -json address show` prints it: only the fields that are used. */
export interface Link {
  readonly ifname?: string;
  readonly flags?: readonly string[];
  readonly address?: string;
  readonly addr_info?: readonly LinkAddress[];
}

export interface LinkAddress {
  readonly family: string;
  /** Missing for a tunnel that has only a remote address. */
  readonly local?: string;
  readonly prefixlen: number;
  readonly scope: string;
  /** Not the first address of its network. Unless configured otherwise, the kernel removes it with the first one. */
  readonly secondary?: boolean;
  /** RFC 8981: used for outgoing connections, and replaced every day. */
  readonly temporary?: boolean;
  readonly deprecated?: boolean;
  readonly label?: string;
  /** Seconds; 4294967295 is forever. */
  readonly valid_life_time?: number;
  readonly preferred_life_time?: number;
}

/** A default route as `ip -json route show default` prints it. */
export interface DefaultRoute {
  readonly dev?: string;
  readonly prefsrc?: string;
  readonly metric?: number;
}

const SCOPES: readonly MachineAddress['scope'][] = ['global', 'site', 'link', 'host'];

export function listAddresses(
  links: readonly Link[],
  routes: Readonly<Record<4 | 6, readonly DefaultRoute[]>>,
  added: readonly NewMachineAddress[],
): MachineAddress[] {
  const ours = new Set(added.map(({ address }) => address));
  const candidates = links.flatMap(({ ifname = '', flags = [], addr_info = [] }) =>
    addr_info.flatMap((info): Candidate[] => {
      const { family, local, prefixlen } = info;
      if (local === undefined || (family !== 'inet' && family !== 'inet6')) return [];
      const address = {
        address: local,
        prefixLength: prefixlen,
        family: familyOf(local),
        interface: ifname,
        scope: SCOPES.find((scope) => scope === info.scope) ?? 'global',
        isActive: flags.includes('UP'),
        isAdded: ours.has(local),
      };
      return [{ address, isPassing: info.temporary === true || info.deprecated === true }];
    }),
  );
  const mains = [mainOf(candidates, 4, routes[4]), mainOf(candidates, 6, routes[6])];
  const present = candidates.map((candidate) => ({
    ...candidate.address,
    isMain: mains.includes(candidate),
  }));
  const bound = new Set(present.map(({ address }) => address));
  const lost = added
    .filter(({ address }) => !bound.has(address))
    .map((one): MachineAddress => {
      const family = familyOf(one.address);
      return { ...one, family, scope: 'global', isActive: false, isMain: false, isAdded: true };
    });
  return [...present, ...lost];
}

interface Candidate {
  readonly address: Omit<MachineAddress, 'isMain'>;
  /** Will soon be replaced by another address. */
  readonly isPassing: boolean;
}

function mainOf(
  candidates: readonly Candidate[],
  family: 4 | 6,
  routes: readonly DefaultRoute[],
): Candidate | undefined {
  const own = candidates.filter(
    ({ address, isPassing }) =>
      address.family === family && address.scope === 'global' && !address.isAdded && !isPassing,
  );
  const [route] = routes.toSorted((one, other) => (one.metric ?? 0) - (other.metric ?? 0));
  return (
    own.find(({ address }) => address.address === route?.prefsrc) ??
    own.find(({ address }) => address.interface === route?.dev) ??
    own[0]
  );
}

/** The addresses that this program added, in the format of the file that stores them: a list of interfaces. */
export function toLinks(added: readonly NewMachineAddress[]): Link[] {
  return [...byInterface(added)].map(([ifname, addresses]) => ({
    ifname,
    addr_info: addresses.map(({ address, prefixLength }) => ({
      family: familyOf(address) === 4 ? 'inet' : 'inet6',
      local: address,
      prefixlen: prefixLength,
      scope: 'global',
    })),
  }));
}

export function fromLinks(links: readonly Link[]): NewMachineAddress[] {
  return links.flatMap(({ ifname = '', addr_info = [] }) =>
    addr_info.flatMap(({ local, prefixlen }) =>
      local === undefined ? [] : [{ address: local, prefixLength: prefixlen, interface: ifname }],
    ),
  );
}

export function byInterface(addresses: readonly NewMachineAddress[]): Map<string, NewMachineAddress[]> {
  const groups = new Map<string, NewMachineAddress[]>();
  for (const address of addresses) {
    const group = groups.get(address.interface);
    if (group === undefined) groups.set(address.interface, [address]);
    else group.push(address);
  }
  return groups;
}
