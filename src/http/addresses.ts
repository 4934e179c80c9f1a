// Counts connections per address, and blocks addresses that flood the server for a while.
import type { Socket } from 'node:net';
import { keyOf, sourceOf, textOfSource } from '../model/brute-force/addresses.ts';
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

export class Addresses {
  readonly #limits: Limits;
  readonly #open = new Map<string, number>();
  /** Requests that arrived while too many were waiting. */
  readonly #excess = new Map<string, number>();
  readonly #punished = new Set<string>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts a new connection until it closes. Closes it at once if its address has far too many or is blocked. */
  add(socket: Socket): void {
    const source = sourceOfAddress(socket.remoteAddress ?? '');
    const count = (this.#open.get(source) ?? 0) + 1;
    this.#open.set(source, count);
    socket.once('close', () => {
      const left = (this.#open.get(source) ?? 1) - 1;
      if (left === 0) this.#open.delete(source);
      else this.#open.set(source, left);
    });
    if (count > 2 * this.#limits.connectionsPerAddress || this.#punished.has(source)) socket.destroy();
  }

  hasTooMany(source: string): boolean {
    return (this.#open.get(source) ?? 0) > this.#limits.connectionsPerAddress;
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
}
