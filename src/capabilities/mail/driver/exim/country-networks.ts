// The networks of countries, as Exim looks them up. They come from the location database of IPFire, which Debian packages:
// location(1) prints the networks of countries without overlaps.
import ipaddr from 'ipaddr.js';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { DeclaredTool } from '../../../../core/machine-daemons.ts';
import { COUNTRIES_FOLDER, NETWORKS, NETWORKS_SCHEMA } from './country-acl.ts';

/** The database that is installed, and the one that location.timer downloads. */
const DATABASES = ['/usr/share/libloc-location/location.db', '/var/lib/location/database.db'];
const DIRECTORIES = [...new Set(DATABASES.map((path) => path.slice(0, path.lastIndexOf('/'))))];
const UNKNOWN = 'ZZ';
const GROUP = 'Debian-exim';
const tools: readonly DeclaredTool[] = [{ name: 'location', worksInSandbox: true }];
const attributes = { group: GROUP, mode: 0o640 };
/** The United States alone take 20 seconds. */
const LIMIT_MS = 300_000;
/** The last address of IPv6. Those of IPv4 are within it. */
const LAST = 2n ** 128n - 1n;

/** The first and the last address, as numbers of IPv6. IPv4 addresses are mapped (::ffff:192.0.2.1). */
interface Network {
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

/** True if Exim looks up the networks of other countries than these, or older ones than the database has. */
export async function isStale(
  machine: Pick<Machine, 'files' | 'sqliteFiles'>,
  countries: readonly string[],
): Promise<boolean> {
  const sqlite = await machine.sqliteFiles([COUNTRIES_FOLDER]);
  const rows = await sqlite.read(NETWORKS, (file) =>
    file.all<{ code: string }>('SELECT code FROM country ORDER BY code'),
  );
  const written = (rows ?? []).map(({ code }) => code);
  if (written.join() !== countries.join()) return true;
  if (written.length === 0) return false;
  const files = await machine.files([COUNTRIES_FOLDER, ...DIRECTORIES]);
  const since = (await files.facts(NETWORKS))?.modifiedAt ?? 0;
  const databases = await Promise.all(DATABASES.map((path) => files.facts(path)));
  return databases.some((facts) => facts !== undefined && facts.changedAt > since);
}

/**
 * Writes the networks of these countries, and no others.
 * @throws MachineError `failed` if they are not known.
 */
export async function writeCountries(
  machine: Pick<Machine, 'files' | 'sqliteFiles' | 'tools'>,
  countries: readonly string[],
): Promise<void> {
  const networks = countries.length === 0 ? [] : await networksOf(machine, countries);
  const files = await machine.files([COUNTRIES_FOLDER]);
  await files.makeDirectory(COUNTRIES_FOLDER, { ...attributes, mode: 0o750 });
  const sqlite = await machine.sqliteFiles([COUNTRIES_FOLDER]);
  await sqlite.change(NETWORKS, { schema: NETWORKS_SCHEMA, attributes }, (file) => {
    file.run('DELETE FROM network');
    file.run('DELETE FROM country');
    for (const { first, last } of networks)
      file.run('INSERT INTO network (first, last) VALUES (?, ?)', normal(first), normal(last));
    for (const code of countries) file.run('INSERT INTO country (code) VALUES (?)', code);
  });
}

async function networksOf(
  machine: Pick<Machine, 'tools'>,
  countries: readonly string[],
): Promise<readonly Network[]> {
  const why = await whyNoCountries(machine);
  if (why !== undefined) throw new MachineError('failed', why);
  const named = await read(
    machine,
    countries.filter((code) => code !== UNKNOWN),
  );
  if (!countries.includes(UNKNOWN)) return merged(named);
  const { stdout } = await run(machine, ['list-countries']);
  const known = await read(
    machine,
    stdout.split('\n').filter((line) => /^[A-Z]{2}$/.test(line)),
  );
  return merged([...named, ...gapsOf(merged(known))]);
}

async function read(machine: Pick<Machine, 'tools'>, countries: readonly string[]): Promise<Network[]> {
  if (countries.length === 0) return [];
  const { stdout } = await run(machine, ['export', '--format', 'list', ...countries]);
  return stdout
    .split('\n')
    .filter((line) => /^[\da-f]/i.test(line))
    .map(networkOf);
}

async function run(machine: Pick<Machine, 'tools'>, words: readonly string[]) {
  return (await machine.tools(tools)).run('location', words, { limitMs: LIMIT_MS });
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

/** As Exim’s `ipv6denorm` has it. */
function normal(address: bigint): string {
  return (address.toString(16).padStart(32, '0').match(/.{4}/g) ?? []).join(':');
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
