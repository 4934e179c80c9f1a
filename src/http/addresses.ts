// Counts connections per address, limits those of strangers, and blocks addresses that flood the server for a while.
import type { Socket } from 'node:net';
import {
  keyOf,
  networkOf,
  sourceOf,
  textOfSource,
  versionOf,
} from '../capabilities/logins/rules/brute-force/addresses.ts';
import type { KnownSources } from './known-sources.ts';
import type { Limits } from './limits.ts';

/** The key of one client: an IPv4 address, or the /64 network of an IPv6 address. */
export function sourceOfAddress(address: string): string {
  try {
    return textOfSource(sourceOf(keyOf(address)));
  } catch {
    // A closed socket has no address.
    return address;
  }
}

/**
 * The larger networks that one client can have: providers assign a /56 or a /48 of IPv6. The largest comes last. An
 * IPv4 address has none.
 */
function networksOfAddress(address: string): readonly string[] {
  try {
    const key = keyOf(address);
    return versionOf(key) === 4 ? [] : [networkOf(key, 56), networkOf(key, 48)];
  } catch {
    return [];
  }
}

/** How many times as many connections as an address a network can have. */
const SHARES = [2, 4];

interface Open {
  readonly source: string;
  /** The source and its networks. */
  readonly counted: readonly string[];
  readonly socket: Socket;
}

export class Addresses {
  readonly #limits: Limits;
  readonly #known: Pick<KnownSources, 'has'>;
  /** In the order in which they were opened. */
  readonly #connections = new Set<Open>();
  readonly #counts = new Map<string, number>();
  /** Requests that arrived while too many were waiting. */
  readonly #excess = new Map<string, number>();
  readonly #punished = new Set<string>();

  constructor(limits: Limits, known: Pick<KnownSources, 'has'>) {
    this.#limits = limits;
    this.#known = known;
  }

  /**
   * Counts a new connection until it closes. Closes it at once if its address has far too many or is blocked. If
   * strangers have too many connections, the oldest of the network with the most is closed.
   */
  add(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const source = sourceOfAddress(address);
    const open: Open = { source, counted: [source, ...networksOfAddress(address)], socket };
    this.#connections.add(open);
    for (const key of open.counted) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    socket.once('close', () => this.#remove(open));
    if (this.#punished.has(source) || this.#hasFarTooMany(open)) socket.destroy();
    else this.#makeRoom();
    if (this.#connections.size > this.#limits.maxConnections) socket.destroy();
  }

  hasTooMany(source: string): boolean {
    return (this.#counts.get(source) ?? 0) > this.#limits.connectionsPerAddress;
  }

  /** Counts a request that arrived while too many were waiting. Returns true if the address floods the server. */
  floods(source: string): boolean {
    const count = (this.#excess.get(source) ?? 0) + 1;
    this.#excess.set(source, count);
    const { flood, floodMs, punishmentMs } = this.#limits;
    if (count === 1) setTimeout(() => this.#excess.delete(source), floodMs).unref();
    if (count < flood) return false;
    if (!this.#punished.has(source)) {
      this.#punished.add(source);
      setTimeout(() => this.#punished.delete(source), punishmentMs).unref();
    }
    return true;
  }

  #remove(open: Open): void {
    if (!this.#connections.delete(open)) return;
    for (const key of open.counted) {
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    }
  }

  #hasFarTooMany({ counted }: Open): boolean {
    const most = 2 * this.#limits.connectionsPerAddress;
    return counted.some(
      (key, at) => (this.#counts.get(key) ?? 0) > most * (at === 0 ? 1 : (SHARES[at - 1] ?? 1)),
    );
  }

  /** Nobody has called from a stranger’s address, so closing its connections interrupts no call. */
  #makeRoom(): void {
    const { maxConnections, strangersConnections } = this.#limits;
    if (this.#connections.size <= Math.min(maxConnections, strangersConnections)) return;
    const strangers = [...this.#connections].filter(({ source }) => !this.#known.has(source));
    const excess = Math.max(
      strangers.length - strangersConnections,
      Math.min(strangers.length, this.#connections.size - maxConnections),
    );
    for (let count = 0; count < excess; count++) {
      const victim = oldestOfLargest(strangers);
      if (victim === undefined) return;
      strangers.splice(strangers.indexOf(victim), 1);
      this.#remove(victim);
      victim.socket.destroy();
    }
  }
}

/** The oldest connection of the network that has the most. */
function oldestOfLargest(connections: readonly Open[]): Open | undefined {
  const counts = new Map<string, number>();
  for (const { counted } of connections) {
    const network = counted.at(-1) ?? '';
    counts.set(network, (counts.get(network) ?? 0) + 1);
  }
  const most = Math.max(0, ...counts.values());
  return connections.find(({ counted }) => counts.get(counted.at(-1) ?? '') === most);
}
