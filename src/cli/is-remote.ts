import type { RemoteOptions } from '../remote/options.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** True if the call is for another server. @throws UsageError for options that apply only to such calls. */
export function isRemote(remote: RemoteOptions, { environment }: Pick<Io, 'environment'>): boolean {
  const { hosts, pins, failfast, profile, ...others } = remote;
  if (hosts.length > 0 || profile !== undefined || (environment.WHMAPI1_HOST ?? '') !== '') return true;
  if (pins.length > 0 || failfast || Object.keys(others).length > 0) {
    throw new UsageError('Options of calls to other servers go with --host or --profile.');
  }
  return false;
}
