// The names and addresses by which this server may be called.
import type { Host } from '../core/context.ts';

/** In lower case, its host name first. */
export function namesOf({ system }: Pick<Host, 'system'>): [string, ...string[]] {
  return [system.hostname().toLowerCase(), 'localhost', '127.0.0.1', '::1', ...system.addresses()];
}
