// The DMARC record of a domain (RFC 7489): what receivers should do with mail that fails SPF and DKIM.
import type { Db } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import * as storedSettings from '../../../../ground/rules/stored-settings.ts';
import { readTags } from './tag-list.ts';

const BUILT_IN = 'v=DMARC1; p=none;';
const SETTING = 'default_dmarc_record';

export const nameOf = (domain: string) => `_dmarc.${domain}`;

export const isDmarc = (text: string) => /^\s*v\s*=\s*DMARC1\s*(?:;|$)/.test(text);

export type State = 'VALID' | 'MISSING' | 'MULTIPLE' | 'MALFORMED' | 'DNS_ERROR';

/** The record for domains that have none of their own. */
export async function readDefault(db: Db): Promise<string> {
  const record = (await storedSettings.read(db, SETTING)) ?? '';
  return record === '' ? BUILT_IN : record;
}

/** @param record empty: the built-in record. */
export async function setDefault(db: Db, record: string): Promise<void> {
  await storedSettings.write(db, SETTING, record);
}

/** @throws ApiError `bad_param` if receivers would ignore the record. */
export function assertDmarc(param: string, text: string): void {
  const fault = faultOf(text);
  if (fault !== undefined) throw badParam(`The parameter “${param}” should be a DMARC record. ${fault}`);
}

const policies = ['none', 'quarantine', 'reject'];

/** The values of tags that receivers know. Others are ignored. */
const known: Readonly<Record<string, RegExp>> = {
  p: /^(?:none|quarantine|reject)$/i,
  sp: /^(?:none|quarantine|reject)$/i,
  np: /^(?:none|quarantine|reject)$/i,
  adkim: /^[rs]$/i,
  aspf: /^[rs]$/i,
  pct: /^(?:\d{1,2}|100)$/,
  ri: /^\d{1,10}$/,
  fo: /^[01ds](?:\s*:\s*[01ds])*$/i,
  rf: /^[a-z][\w-]*(?:\s*:\s*[a-z][\w-]*)*$/i,
  rua: /^\s*[a-z][a-z0-9+.-]*:[^\s,;]+(?:\s*,\s*[a-z][a-z0-9+.-]*:[^\s,;]+)*$/i,
  ruf: /^\s*[a-z][a-z0-9+.-]*:[^\s,;]+(?:\s*,\s*[a-z][a-z0-9+.-]*:[^\s,;]+)*$/i,
};

/** Why receivers would ignore a record, or a part of it. Undefined if it is right. */
export function faultOf(text: string): string | undefined {
  const tags = readTags(text);
  if (tags === undefined) return 'It is not a list of tags such as “p=none”.';
  const [first, second] = tags.keys();
  if (first !== 'v' || tags.get('v') !== 'DMARC1') return 'It does not begin with “v=DMARC1;”.';
  if (!tags.has('p')) return `It has no policy: add “p=${policies.join('”, “p=')}”.`;
  if (second !== 'p') return 'The policy “p” is not directly after “v=DMARC1;”.';
  for (const [tag, value] of tags) {
    if (Object.hasOwn(known, tag) && known[tag]?.test(value) !== true) {
      return `The tag “${tag}” cannot have the value ${quote(value)}.`;
    }
  }
  return undefined;
}

export interface CheckedDmarc {
  readonly domain: string;
  readonly subdomain: string;
  readonly state: State;
  readonly record: string;
  readonly error: string;
  readonly suggested: string;
}

/** @param texts the TXT records of `nameOf(domain)`, or why they could not be looked up. */
export function checkDmarc(
  domain: string,
  texts: readonly string[] | { readonly error: string },
  byDefault: string,
): CheckedDmarc {
  const row = { domain, subdomain: nameOf(domain), record: '', error: '', suggested: byDefault };
  if ('error' in texts) return { ...row, state: 'DNS_ERROR', error: texts.error };
  const records = texts.filter(isDmarc);
  const [record] = records;
  if (record === undefined) return { ...row, state: 'MISSING' };
  if (records.length > 1) {
    const error = `The name has ${records.length} DMARC records, so receivers ignore all of them.`;
    return { ...row, state: 'MULTIPLE', record, error };
  }
  const fault = faultOf(record);
  if (fault !== undefined) return { ...row, state: 'MALFORMED', record, error: fault };
  return { ...row, state: 'VALID', record, suggested: record };
}
