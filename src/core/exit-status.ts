// The exit status of the command line for a response.
import type { Envelope } from './envelope.ts';
import { errorKinds } from './errors.ts';

/** 0 for success, otherwise the status from the catalogue, or 1 if another server sent an unknown error. */
export function exitStatusOf({ metadata: { result, error_code: code } }: Envelope): number {
  if (result === 1) return 0;
  // Another server may send codes that this program does not know.
  return code !== undefined && Object.hasOwn(errorKinds, code) ? errorKinds[code].exit : 1;
}
