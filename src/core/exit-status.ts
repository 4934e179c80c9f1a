// The exit status that an answer gives the command line.
import type { Envelope } from './envelope.ts';
import { errorKinds } from './errors.ts';

/** 0 it worked; otherwise as the catalogue says, 1 where another server's own reason is all there is. */
export function exitStatusOf({ metadata: { result, error_code: code } }: Envelope): number {
  if (result === 1) return 0;
  // Another server may know codes that this program does not.
  return code !== undefined && Object.hasOwn(errorKinds, code) ? errorKinds[code].exit : 1;
}
