// The IPv4 addresses of this server: their users, and whether they can be removed.
import type { Caller, Db } from '../../../core/context.ts';
import type { MachineAddress } from '../../../core/machine-addresses.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { listUsable } from '../../accounts/rules/resellers/addresses.ts';
import { contains, formatIp, formatRange, networkOf, parseIp } from './ip.ts';
import { readRanges } from './new-addresses.ts';
import { formatNetmask } from './netmask.ts';
import { publicAddresses } from './nat.ts';

/** The maximum number of names in a reason. */
const MAX_NAMES = 5;

export interface ServerAddress {
  readonly address: string;
  readonly interface: string;
  /** The netmask of the interface’s own network, if the address is in that network. */
  readonly netmask: string;
  readonly network: string;
  /** The address that the Internet sees. Same as `address` unless the server is behind NAT. */
  readonly publicAddress: string;
  readonly isActive: boolean;
  readonly isMain: boolean;
  /** True if it is the dedicated IP address of one account. */
  readonly isDedicated: boolean;
  /** True if an account has it, or a reseller’s accounts share it. */
  readonly isUsed: boolean;
  readonly isRemovable: boolean;
}

/**
 * Returns the IPv4 addresses that accounts can have: those of `list`, with the server’s main address first. That address
 * is known without asking the machine.
 */
export function addressesForAccounts(
  [main]: readonly [string, ...string[]],
  machine: readonly MachineAddress[],
): readonly [string, ...string[]] {
  const all = machine.filter(isForAccounts).map(({ address }) => address);
  return [main, ...all.filter((address) => address !== main)];
}

const isForAccounts = ({ family, scope }: MachineAddress) => family === 4 && scope !== 'host';

/**
 * Lists the addresses that the caller can assign to accounts: the main one first, the others in the machine’s order.
 */
export async function list(
  db: Db,
  caller: Caller,
  machine: readonly MachineAddress[],
): Promise<ServerAddress[]> {
  const [uses, publicOnes] = [await usesOf(db), await publicAddresses(db)];
  const all = machine.filter(isForAccounts);
  const { ips } = await listUsable(
    db,
    caller.user,
    all.map(({ address }) => address),
  );
  const usable = new Set(ips);
  const addresses = all.filter(({ address }) => usable.has(address));
  const main = addresses.filter(({ isMain }) => isMain);
  return [...main, ...addresses.filter(({ isMain }) => !isMain)].map((one) => {
    const { address, interface: name, isActive, isMain, isAdded } = one;
    const { isUsed = false, isDedicated = false } = uses.get(address) ?? {};
    return {
      ...{ address, interface: name, isActive, isMain, isUsed, isDedicated },
      ...networkOfAddress(one, machine),
      publicAddress: publicOnes.get(address) ?? address,
      isRemovable: isAdded && !isUsed,
    };
  });
}

function networkOfAddress(
  one: MachineAddress,
  machine: readonly MachineAddress[],
): Pick<ServerAddress, 'netmask' | 'network'> {
  const ip = parseIp(one.address);
  const around = machine.find((other) => {
    if (other.isAdded || other.family !== 4 || other.interface !== one.interface) return false;
    const own = parseIp(other.address);
    return ip !== undefined && own !== undefined && contains(networkOf(own, other.prefixLength), ip);
  });
  const prefixLength = one.prefixLength === 32 ? (around?.prefixLength ?? 32) : one.prefixLength;
  const network =
    ip === undefined ? one.address : formatIp({ family: 4, value: networkOf(ip, prefixLength).first });
  return { netmask: formatNetmask(prefixLength), network };
}

interface Use {
  readonly isUsed: boolean;
  readonly isDedicated: boolean;
}

/** The uses of addresses, by address. */
async function usesOf(db: Db): Promise<Map<string, Use>> {
  const accounts = await db.all<{ ip: string; dedicated: 0 | 1 }>(
    'SELECT ip, MAX(dedicated_ip) AS dedicated FROM account WHERE server = ? GROUP BY ip',
    db.server,
  );
  const resellers = await db.all<{ ip: string }>(
    'SELECT DISTINCT main_ip AS ip FROM reseller WHERE main_ip IS NOT NULL',
  );
  const uses = new Map<string, Use>(resellers.map(({ ip }) => [ip, { isUsed: true, isDedicated: false }]));
  for (const { ip, dedicated } of accounts) uses.set(ip, { isUsed: true, isDedicated: dedicated === 1 });
  return uses;
}

/** @throws ApiError `bad_param` if no interface of this server has the address. */
export function assertHas(machine: readonly MachineAddress[], address: string, param: string): void {
  if (machine.some((one) => one.address === address)) return;
  throw badParam(
    `The parameter “${param}” should be an address of this server, not ${quote(address)}. Run listips to list them.`,
  );
}

/**
 * Returns the addresses that `text` names. A range matches only the added addresses in it.
 * @throws ApiError `not_found` for an address that the server does not have, `bad_param` for its main address, for an
 * address that was not added by this program, is on another interface than `device` (empty: any), or is in use.
 */
export async function getRemovable(
  db: Db,
  machine: readonly MachineAddress[],
  text: string,
  device: string,
): Promise<MachineAddress[]> {
  const found = new Map<string, MachineAddress>();
  for (const range of readRanges('ip', text)) {
    const isSingle = range.first === range.last;
    const named = machine.filter((one) => {
      const ip = parseIp(one.address);
      return ip !== undefined && contains(range, ip) && (isSingle || one.isAdded);
    });
    if (named.length === 0) {
      throw notFound(
        isSingle
          ? `The server does not have the address ${formatIp({ ...range, value: range.first })}.`
          : `No address of ${formatRange(range)} was added to the server.`,
      );
    }
    for (const one of named) found.set(one.address, one);
  }
  if (found.size === 0) throw badParam('The parameter “ip” is empty. Name an address.');
  for (const one of found.values()) {
    assertAdded(one, device);
    await assertUnused(db, one.address);
  }
  return [...found.values()];
}

function assertAdded({ address, isMain, isAdded, interface: name }: MachineAddress, device: string): void {
  if (isMain) throw badParam(`${address} is the server’s main address, which cannot be removed.`);
  if (!isAdded) {
    throw badParam(
      `${address} was not added by addips. Remove it where the network of “${name}” is configured.`,
    );
  }
  if (device !== '' && device !== name) {
    throw badParam(`${address} is on the interface “${name}”, not on ${quote(device)}.`);
  }
}

/** @throws ApiError `bad_param` if an account has the address, or the accounts of a reseller share it. */
export async function assertUnused(db: Db, address: string): Promise<void> {
  const users = await usersOf(db, address);
  if (users !== undefined) throw badParam(`${address} is in use by ${users}.`);
}

/** `record`: the address as zones have it. @throws ApiError `bad_param` if zones have it in a record. */
export function assertNotNamed(address: string, record: string, zones: readonly string[]): void {
  if (zones.length === 0) return;
  const names = listed(zones);
  const what = zones.length === 1 ? `the DNS zone ${names}` : `the DNS zones ${names}`;
  const as = record === address ? '' : ` as ${record}`;
  throw badParam(`${address} is in use by ${what}${as}. Change or remove the A records first.`);
}

/** At most `MAX_NAMES`. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => `“${name}”`);
  return `${shown.join(', ')}${names.length > MAX_NAMES ? ' and others' : ''}`;
}

/** Describes the users of an address. Undefined if it is unused. */
async function usersOf(db: Db, address: string): Promise<string | undefined> {
  const accounts = await db.all<{ username: string }>(
    'SELECT username FROM account WHERE ip = ? AND server = ? ORDER BY username LIMIT ?',
    ...[address, db.server, MAX_NAMES + 1],
  );
  const resellers = await db.all<{ username: string }>(
    'SELECT username FROM reseller WHERE main_ip = ? ORDER BY username LIMIT ?',
    ...[address, MAX_NAMES + 1],
  );
  const named = (what: string, rows: readonly { username: string }[]) =>
    rows.length === 0 ? [] : [`${what} ${listed(rows.map(({ username }) => username))}`];
  const users = [
    ...named(accounts.length === 1 ? 'the account' : 'the accounts', accounts),
    ...named(
      resellers.length === 1 ? 'the accounts of the reseller' : 'the accounts of the resellers',
      resellers,
    ),
  ];
  return users.length === 0 ? undefined : users.join(' and ');
}
