// The options of calls to other servers.
import { InvalidArgumentError } from 'commander';
import type { RemoteOptions } from '../remote/options.ts';
import type { Io } from './io.ts';
import { UsageError } from './usage-error.ts';

/** What commander makes of their rows. */
export interface RemoteOpts {
  readonly host: string[];
  readonly pin: string[];
  readonly login?: string;
  readonly tokenFile?: string;
  readonly profile?: string;
  readonly configure?: boolean;
  readonly cacert?: string;
  readonly timeout?: number;
  readonly parallel?: number;
  readonly failfast?: boolean;
  readonly resume?: string;
}

/** Takes them out of all that commander has read. */
export function splitRemoteOptions<All extends RemoteOpts>(all: All) {
  const { host, pin, configure = false, failfast = false, ...rest } = all;
  const { login, tokenFile, profile, cacert, timeout, parallel, resume, ...others } = rest;
  const given = { login, tokenFile, profile, cacert, timeout, parallel, resume };
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  const remote: RemoteOptions = {
    ...(Object.fromEntries(present) as Partial<RemoteOptions>),
    hosts: host,
    pins: pin,
    failfast,
  };
  return { remote, configure, others };
}

/** Whether the call goes to another server. @throws UsageError for options that only such a call has. */
export function isRemote(remote: RemoteOptions, { environment }: Pick<Io, 'environment'>): boolean {
  const { hosts, pins, failfast, profile, ...others } = remote;
  if (hosts.length > 0 || profile !== undefined || (environment.WHMAPI1_HOST ?? '') !== '') return true;
  if (pins.length > 0 || failfast || Object.keys(others).length > 0) {
    throw new UsageError('Options of calls to other servers go with --host or --profile.');
  }
  return false;
}

export function readCount(text: string): number {
  const number = Number(text);
  if (!/^\d{1,7}$/.test(text) || number < 1)
    throw new InvalidArgumentError('A whole number, 1 or more, is wanted.');
  return number;
}
