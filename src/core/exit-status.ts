// The exit status of the command line for a response.
import type { Envelope } from './envelope.ts';
import { errorKinds } from './errors.ts';

/** 0 for success, otherwise the status from the catalogue, or 1 if another server sent an unknown error. */
export function exitStatusOf({ metadata: { result, error_code }, innerError }: Envelope): number {
  if (result === 1 && innerError === undefined) return 0;
  const code = error_code ?? innerError;
  // Another server may send codes that this program does not know.
  return code !== undefined && Object.hasOwn(errorKinds, code) ? errorKinds[code].exit : 1;
}
