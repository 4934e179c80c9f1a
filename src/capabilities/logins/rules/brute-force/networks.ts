// The addresses that daemons of this server refuse, and those that they never refuse, as networks: what the brute-force
// protection says at this time.
import type { Db } from '../../../../core/context.ts';
import { textOf, versionOf, type Range } from './addresses.ts';
import * as configuration from './config.ts';
import * as countries from './countries.ts';
import * as history from './history.ts';
import * as lists from './lists.ts';

export interface Network {
  /** The first address. */
  readonly address: string;
  readonly version: 4 | 6;
  readonly bits: number;
}

export interface RefusedNetworks {
  /** They come first. */
  readonly allowed: readonly Network[];
  readonly refused: readonly Network[];
}

export async function refusedNetworks(db: Db, now: number): Promise<RefusedNetworks> {
  const { is_enabled: isEnabled } = await configuration.read(db);
  if (!isEnabled) return { allowed: [], refused: [] };
  const blocks = await Promise.all([
    history.listAddressBlocks(db, 'brute', now),
    history.listAddressBlocks(db, 'excessive', now),
  ]);
  const refused = [...(await lists.ranges(db, 'black')), ...blocks.flat()];
  return {
    allowed: (await lists.ranges(db, 'white')).flatMap(networksOf),
    refused: refused.flatMap(networksOf),
  };
}

/** Which countries are refused, and since when these are their networks. Empty: none is. */
export async function versionOfCountries(db: Db): Promise<string> {
  const config = await configuration.read(db);
  const list = await countries.written(db, 'black');
  const isInForce = config.is_enabled && countries.countriesOf(config, 'black') !== '';
  return isInForce && list !== undefined ? `${list.countries} ${list.writtenAt}` : '';
}

/** The networks of these countries: up to some ten thousand. */
export async function refusedCountries(db: Db): Promise<readonly Network[]> {
  return (await countries.ranges(db, 'black')).flatMap(networksOf);
}

/** The networks that have exactly the addresses of a range. */
export function networksOf(range: Range): Network[] {
  const version = versionOf(range.first);
  const width = version === 4 ? 32 : 128;
  const networks: Network[] = [];
  const last = numberOf(range.last);
  for (let first = numberOf(range.first); first <= last;) {
    // The largest network that begins here and does not go beyond the end.
    let hostBits = 0;
    while (
      hostBits < width &&
      (first >> BigInt(hostBits)) % 2n === 0n &&
      first + (1n << BigInt(hostBits + 1)) - 1n <= last
    )
      hostBits += 1;
    const key = `${version}${first.toString(16).padStart(width / 4, '0')}`;
    networks.push({ address: textOf(key), version, bits: width - hostBits });
    first += 1n << BigInt(hostBits);
  }
  return networks;
}

const numberOf = (key: string): bigint => BigInt(`0x${key.slice(1)}`);
