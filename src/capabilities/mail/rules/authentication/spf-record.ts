// The SPF record of a domain (RFC 7208): which servers send its mail.
import { badParam } from '../../../../core/errors.ts';
import { parseIp } from '../../../addresses/rules/ip.ts';
import type { Evaluated, SpfResult } from './spf-evaluation.ts';
import { isSpf, readSpf, SpfSyntaxError } from './spf-syntax.ts';

export type State = 'VALID' | 'MISMATCHED' | 'MULTIPLE' | 'MISSING' | 'ERROR';

/** The record of a domain whose mail only this server sends, besides its website and its mail servers. */
export const defaultSpf = (ip: string) => `v=spf1 +a +mx ${termOf(ip)} ~all`;

const termOf = (ip: string) => `+ip${parseIp(ip)?.family ?? 4}:${ip}`;

/** @throws ApiError `bad_param` */
export function assertSpf(param: string, text: string): void {
  try {
    readSpf(text);
  } catch (error) {
    if (!(error instanceof SpfSyntaxError)) throw error;
    throw badParam(
      `The parameter “${param}” should be an SPF record such as “v=spf1 +a +mx ~all”. ${error.message}`,
    );
  }
}

export interface CheckedSpf {
  readonly domain: string;
  readonly ip_address: string;
  readonly ip_version: number;
  readonly state: State;
  readonly error: string;
  /** A record with which this server may send. */
  readonly expected: string;
  readonly records: {
    readonly current: string;
    readonly state: SpfResult;
    readonly reason: string;
  }[];
}

/** What was looked up for a domain: its records, each evaluated, or why that failed. */
export type LookedSpf =
  { readonly records: readonly (Evaluated & { readonly current: string })[] } | { readonly error: string };

export function checkSpf(domain: string, ip: string, looked: LookedSpf): CheckedSpf {
  const row = { domain, ip_address: ip, ip_version: parseIp(ip)?.family ?? 4, error: '' };
  if ('error' in looked) {
    return { ...row, state: 'ERROR', error: looked.error, expected: defaultSpf(ip), records: [] };
  }
  const records = looked.records.map(({ current, result, reason }) => ({ current, state: result, reason }));
  const [first] = records;
  if (first === undefined) return { ...row, state: 'MISSING', expected: defaultSpf(ip), records };
  if (records.length > 1) {
    return { ...row, state: 'MULTIPLE', expected: withAddress(first.current, ip), records };
  }
  if (first.state === 'PASS') return { ...row, state: 'VALID', expected: first.current, records };
  const state = first.state === 'TEMPERROR' ? 'ERROR' : 'MISMATCHED';
  const error = first.state === 'TEMPERROR' ? first.reason : '';
  return { ...row, state, error, expected: withAddress(first.current, ip), records };
}

/** The record, with a term for the address. A record that cannot be read is replaced. */
function withAddress(record: string, ip: string): string {
  try {
    readSpf(record);
  } catch {
    return defaultSpf(ip);
  }
  return isSpf(record) ? record.replace(/^v=spf1 */i, `v=spf1 ${termOf(ip)} `).trimEnd() : defaultSpf(ip);
}
