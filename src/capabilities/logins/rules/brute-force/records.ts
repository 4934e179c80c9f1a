// The shared parameters and responses of the functions on the allow list and the block list.
import type { Context, Db } from '../../../../core/context.ts';
import type { Fields, Param } from '../../../../core/define.ts';
import { keyOf, readRange, textOfRange, type Range } from './addresses.ts';
import * as configuration from './config.ts';
import * as lists from './lists.ts';

export const listName = {
  type: 'string',
  required: true,
  values: ['white', 'black'],
  doc:
    'The list: “white” is the allow list, whose addresses can always log in, and “black” the block list, whose ' +
    'addresses cannot.',
} as const satisfies Param;

export const addressParam = {
  type: 'string',
  required: true,
  list: true,
  maxLength: 100,
  doc:
    'An address of IPv4 or IPv6, a network such as 192.0.2.0/24, or a range such as 192.0.2.1-192.0.2.9. ' +
    'Repeatable, or numbered: ip-1, ip-2.',
} as const satisfies Param;

export const skipEnabledCheck = {
  type: 'flag',
  default: 0,
  doc: '1: run the call even if the protection is disabled. 0: the call fails then.',
} as const satisfies Param;

export const requesterFields = {
  requester_ip: {
    type: 'string',
    doc: 'The address that the call came from; empty on the local command line.',
  },
  requester_ip_is_whitelisted: { type: 'integer', doc: '1 if that address is on the allow list.' },
} as const satisfies Fields;

export const failedField = {
  map: { type: 'string' },
  keys: 'IP',
  doc: 'The reason why an address was left out. The others are still processed, and the call succeeds.',
} as const;

/** @throws ApiError `bad_param` if the protection is disabled. */
export async function assertEnabled(db: Db, isSkipped: boolean): Promise<void> {
  if (!isSkipped) configuration.assertEnabled(await configuration.read(db));
}

export interface ReadRanges {
  /** The ranges, by their form in responses. */
  readonly ranges: ReadonlyMap<string, Range>;
  readonly failed: Record<string, string>;
}

export function readRanges(texts: readonly string[]): ReadRanges {
  const ranges = new Map<string, Range>();
  const failed: Record<string, string> = {};
  for (const text of texts) {
    const range = readRange(text);
    if (range === undefined) failed[text] = invalid(text);
    else ranges.set(textOfRange(range), range);
  }
  return { ranges, failed };
}

/** The wording that scripts match. */
function invalid(text: string): string {
  return `Invalid IP address or range: "${text}"`;
}

/** Returns the caller's address, and whether it is on the allow list. */
export async function requesterOf({ db, origin }: Context): Promise<{
  requester_ip: string;
  requester_ip_is_whitelisted: number;
}> {
  if (origin === undefined) return { requester_ip: '', requester_ip_is_whitelisted: 0 };
  const isWhite = await lists.includes(db, 'white', keyOf(origin.address));
  return { requester_ip: origin.address, requester_ip_is_whitelisted: Number(isWhite) };
}
