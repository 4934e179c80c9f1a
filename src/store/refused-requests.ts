// Refused requests of strangers, in the audit log. The first request of an address gets a line at once. After that,
// each address gets one line per interval, with the number of requests. Otherwise, anybody could fill the disk without
// a login.
import ipaddr from 'ipaddr.js';
import { withoutDots } from '../core/ipv4-within.ts';
import {
  MAX_NAME_LENGTH,
  SummarisedFailures,
  type Sources,
  type SummarisedFailuresOptions,
} from './summarised-failures.ts';

export interface RefusedRequest {
  readonly address: string;
  readonly authentication: string;
  /** `login`, or the name of a function. */
  readonly command: string;
  /** As the request contained it. */
  readonly user: string;
  readonly problem: string;
}

/** The function name of summaries in the log. */
export const SUMMARY = 'refused requests';

const addresses: Sources = {
  ...{ summary: SUMMARY, failures: 'rejected requests', others: 'other addresses', field: 'address' },
  limits: { intervalMs: 60_000, own: 1, sources: 1024, bytesPerHour: 1_048_576, hasOwnBytes: false },
};

export class RefusedRequests {
  readonly #options: SummarisedFailuresOptions;
  readonly #failures: SummarisedFailures;

  constructor(options: SummarisedFailuresOptions) {
    this.#options = options;
    this.#failures = new SummarisedFailures(addresses, options);
  }

  /** Never throws: a request is refused even if its line cannot be written. */
  add({ address, authentication, command, user, problem }: RefusedRequest): Promise<void> {
    const { newXid, now } = this.#options;
    return this.#failures.add(sourceOf(address), {
      ...{ time: now(), xid: newXid(), caller: user, function: command, arguments: [] },
      ...{ result: 0, error_code: problem, duration_ms: 0, address, authentication },
    });
  }

  /** Writes the summaries that are due, or all of them. */
  flush(all = false): Promise<void> {
    return this.#failures.flush(all);
  }

  close(): Promise<void> {
    return this.#failures.close();
  }
}

/** Returns an IPv4 address, or the /64 of an IPv6 address. One person usually has the whole /64. */
export function sourceOf(address: string): string {
  const [bare = ''] = withoutDots(address).split('%');
  if (!ipaddr.isValid(bare)) return bare.slice(0, MAX_NAME_LENGTH);
  // An address such as ::ffff:192.0.2.1 becomes the IPv4 address in it.
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}
