// The names and addresses of this server.
import type { Machine } from '../../../../core/machine.ts';

/** In lower case, the hostname first. */
export function namesOf({ system }: Machine): [string, ...string[]] {
  return [system.hostname().toLowerCase(), 'localhost', '127.0.0.1', '::1', ...system.addresses()];
}
