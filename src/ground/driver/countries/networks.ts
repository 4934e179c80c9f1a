// The networks of countries. They come from the location database of IPFire, which Debian packages (location(1)).
import ipaddr from 'ipaddr.js';
import type { Machine } from '../../../core/machine.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { DeclaredTool, ToolWord } from '../../../core/machine-daemons.ts';
import { UNKNOWN_COUNTRY } from '../../rules/countries.ts';

/** The database of Debian’s package, and the one that location-update.timer downloads. */
const INSTALLED = '/usr/share/libloc-location/location.db';
const DOWNLOADED = '/var/lib/location/database.db';
const DATABASES = [INSTALLED, DOWNLOADED];
const DIRECTORIES = [...new Set(DATABASES.map((path) => path.slice(0, path.lastIndexOf('/'))))];
const tools: readonly DeclaredTool[] = [{ name: 'location', worksInSandbox: true }];
/** The United States alone take 20 seconds of processor time, more on a busy server. */
const LIMIT_MS = 1_800_000;
const PRIVATE = [
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16'],
  ...['::/127', 'fc00::/7', 'fe80::/10'],
];
/** The last address of IPv6. Those of IPv4 are within it. */
const LAST = 2n ** 128n - 1n;

type Port = Pick<Machine, 'files' | 'tools'>;

/** The first and the last address, as numbers of IPv6. IPv4 addresses are mapped (::ffff:192.0.2.1). */
export interface Network {
  readonly first: bigint;
  readonly last: bigint;
}

/** Sentences for people: why the networks of countries cannot be known. Undefined if they can. */
export async function whyNoCountries(machine: Pick<Machine, 'tools'>): Promise<string | undefined> {
  if (await (await machine.tools(tools)).has('location')) return undefined;
  return (
    'The addresses of countries are not known on this server. Install their database first: ' +
    'apt-get install location libloc-database.'
  );
}

/** True if the database is newer than this time, in milliseconds. */
export async function isNewerThan(machine: Pick<Machine, 'files'>, time: number): Promise<boolean> {
  const files = await machine.files(DIRECTORIES);
  const databases = await Promise.all(DATABASES.map((path) => files.facts(path)));
  return databases.some((facts) => facts !== undefined && facts.changedAt > time);
}

/** The codes of the countries in the database. Empty without it. */
export async function knownCountries(machine: Port): Promise<readonly string[]> {
  if ((await whyNoCountries(machine)) !== undefined) return [];
  const { stdout } = await run(machine, ['list-countries']);
  return stdout.split('\n').filter((line) => /^[A-Z]{2}$/.test(line));
}

/**
 * Sorted, and without overlaps. Networks that nobody reaches through the Internet belong to no country, also not to ZZ.
 * @throws MachineError `failed` if they are not known.
 */
export async function networksOf(machine: Port, countries: readonly string[]): Promise<readonly Network[]> {
  if (countries.length === 0) return [];
  const why = await whyNoCountries(machine);
  if (why !== undefined) throw new MachineError('failed', why);
  const named = await read(
    machine,
    countries.filter((code) => code !== UNKNOWN_COUNTRY),
  );
  if (!countries.includes(UNKNOWN_COUNTRY)) return merged(named);
  const known = await read(machine, await knownCountries(machine));
  return merged([...named, ...gapsOf(merged([...known, ...PRIVATE.map(networkOf)]))]);
}

async function read(machine: Port, countries: readonly string[]): Promise<Network[]> {
  if (countries.length === 0) return [];
  const { stdout } = await run(machine, ['export', '--format', 'list', ...countries]);
  return stdout
    .split('\n')
    .filter((line) => /^[\da-f]/i.test(line))
    .map(networkOf);
}

async function run(machine: Port, words: readonly string[]) {
  const given = await databaseOf(machine);
  return (await machine.tools(tools)).run('location', [...given, ...words], { limitMs: LIMIT_MS });
}

/** By itself, location(1) uses only the database that it has downloaded, and not that of Debian’s package. */
async function databaseOf(machine: Pick<Machine, 'files'>): Promise<readonly ToolWord[]> {
  const files = await machine.files(DIRECTORIES);
  if ((await files.facts(DOWNLOADED)) !== undefined) return [];
  return (await files.facts(INSTALLED)) === undefined ? [] : ['--database', { path: INSTALLED }];
}

/** @throws MachineError `failed` for anything but a network. */
function networkOf(text: string): Network {
  if (!ipaddr.isValidCIDR(text))
    throw new MachineError('failed', `location(1) printed no network: “${text}”.`);
  const { IPv4, IPv6 } = ipaddr;
  return text.includes(':')
    ? {
        first: numberOf(IPv6.networkAddressFromCIDR(text)),
        last: numberOf(IPv6.broadcastAddressFromCIDR(text)),
      }
    : {
        first: numberOf(IPv4.networkAddressFromCIDR(text).toIPv4MappedAddress()),
        last: numberOf(IPv4.broadcastAddressFromCIDR(text).toIPv4MappedAddress()),
      };
}

function numberOf(address: ipaddr.IPv6): bigint {
  return BigInt(`0x${Buffer.from(address.toByteArray()).toString('hex')}`);
}

/** Sorted, and without overlaps. */
function merged(networks: readonly Network[]): Network[] {
  const sorted = networks.toSorted((one, other) => (one.first < other.first ? -1 : 1));
  const result: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of sorted) {
    const before = result.at(-1);
    if (before === undefined || first > before.last + 1n) result.push({ first, last });
    else if (last > before.last) before.last = last;
  }
  return result;
}

/** The addresses between networks that are sorted and do not overlap. */
function gapsOf(networks: readonly Network[]): Network[] {
  const gaps: Network[] = [];
  let next = 0n;
  for (const { first, last } of networks) {
    if (first > next) gaps.push({ first: next, last: first - 1n });
    next = last + 1n;
  }
  if (next <= LAST) gaps.push({ first: next, last: LAST });
  return gaps;
}
