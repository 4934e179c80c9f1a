// The names and addresses by which this server may be called.
import type { Machine } from '../../core/machine.ts';

/** In lower case, its hostname first. */
export function namesOf({ system }: Pick<Machine, 'system'>): [string, ...string[]] {
  return [system.hostname().toLowerCase(), 'localhost', '127.0.0.1', '::1', ...system.addresses()];
}
