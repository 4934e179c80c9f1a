// The addresses from which somebody has logged in or called with a token. While strangers flood the server, their
// connections and logins come first.
import type { Application } from '../app/app.ts';
import { sourceOfAddress } from './addresses.ts';

/** The oldest are forgotten beyond this number. */
const MAX_KNOWN = 10_000;

export class KnownSources {
  readonly #sources = new Set<string>();
  /** As the socket tells them: reading an address takes longer than a call may. */
  readonly #addresses = new Set<string>();

  add(address: string): void {
    if (this.#addresses.has(address)) return;
    remember(this.#addresses, address);
    remember(this.#sources, sourceOfAddress(address));
  }

  /** @param source as `sourceOfAddress` returns it */
  has(source: string): boolean {
    return this.#sources.has(source);
  }
}

function remember(set: Set<string>, value: string): void {
  set.add(value);
  for (const oldest of set) {
    if (set.size <= MAX_KNOWN) return;
    set.delete(oldest);
  }
}

/** Per process, which may have several servers. */
const knownOf = new WeakMap<Application, KnownSources>();

export function knownSourcesOf(application: Application): KnownSources {
  let known = knownOf.get(application);
  if (known === undefined) knownOf.set(application, (known = new KnownSources()));
  return known;
}
