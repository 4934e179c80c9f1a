// The options of calls to other servers, as read by commander.
import { InvalidArgumentError } from 'commander';
import type { RemoteOptions } from '../remote/options.ts';

/** The values of the rows, as commander returns them. */
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

/** Separates these options from all others. */
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

export function readCount(text: string): number {
  const number = Number(text);
  if (!/^\d{1,7}$/.test(text) || number < 1)
    throw new InvalidArgumentError('A whole number, 1 or more, is required.');
  return number;
}
