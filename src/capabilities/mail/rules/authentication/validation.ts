// Compares what receivers of mail find in DNS with what this server uses.
import type { Context } from '../../../../core/context.ts';
import * as dkimKeys from './dkim-keys.ts';
import * as dkim from './dkim-record.ts';
import * as dmarc from './dmarc-record.ts';
import { openDomains, type OpenedDomains } from './domains.ts';
import type { LookedTexts, Sender } from './lookups.ts';
import * as ptr from './ptr.ts';
import * as spf from './spf-record.ts';
import { changedMeanwhile } from './text-records.ts';

type CallerStore = Pick<Context, 'db' | 'caller'>;

interface DkimRow {
  readonly domain: string;
  readonly state: dkim.State;
  readonly expected: string;
  readonly error: string;
  readonly records: dkim.CheckedRecord[];
  readonly validity_cache_update: 'set' | 'valid' | 'invalid' | 'none' | 'error';
}

export interface CheckedDkim {
  readonly opened: OpenedDomains;
  readonly rows: DkimRow[];
  /** The keys whose record is valid, and that do not sign yet. */
  readonly enabled: readonly dkimKeys.DkimKey[];
}

/** @throws ApiError `not_found` if a domain is not the caller’s; LookAgain if it was not looked up. */
export async function checkDkim(
  { db, caller }: CallerStore,
  given: readonly string[],
  looked: LookedTexts,
): Promise<CheckedDkim> {
  const opened = await openOwn({ db, caller }, given);
  const rows: DkimRow[] = [];
  const enabled: dkimKeys.DkimKey[] = [];
  for (const domain of opened.domains) {
    const texts = lookedOf(looked, domain);
    const key = await dkimKeys.find(db, domain);
    const row = { domain, expected: key === undefined ? '' : dkim.textOf(key.publicKey) };
    if ('error' in texts) {
      const { error } = texts;
      rows.push({ ...row, state: 'ERROR', error, records: [], validity_cache_update: 'error' });
      continue;
    }
    const records = texts.map((text) => dkim.checkRecord(text, key?.publicKey));
    const state = dkim.stateOf(records, key?.publicKey);
    const isNew = state === 'VALID' && key?.isEnabled === false;
    if (isNew) enabled.push(key);
    const update = isNew ? 'set' : state === 'VALID' ? 'valid' : key === undefined ? 'none' : 'invalid';
    rows.push({ ...row, state, error: '', records, validity_cache_update: update });
  }
  return { opened, rows, enabled };
}

/** @throws ApiError `not_found`; LookAgain. */
export async function checkSpf(
  context: CallerStore,
  given: readonly string[],
  { sender, looked }: { readonly sender: Sender; readonly looked: ReadonlyMap<string, spf.LookedSpf> },
): Promise<spf.CheckedSpf[]> {
  const { domains } = await openOwn(context, given);
  return domains.map((domain) => spf.checkSpf(domain, sender.address, lookedOf(looked, domain)));
}

/** @throws ApiError `not_found`. */
export async function checkPtr(
  context: CallerStore,
  given: readonly string[],
  { sender, looked }: { readonly sender: Sender; readonly looked: ptr.LookedPtr },
): Promise<(ptr.CheckedPtr & { readonly domain: string })[]> {
  const { domains } = await openOwn(context, given);
  const checked = ptr.checkPtr(sender.address, sender.helo, looked);
  return domains.map((domain) => ({ domain, ...checked }));
}

/** @throws ApiError `not_found`; LookAgain. */
export async function checkDmarc(
  context: CallerStore,
  given: readonly string[],
  looked: LookedTexts,
): Promise<dmarc.CheckedDmarc[]> {
  const { domains } = await openOwn(context, given);
  const byDefault = await dmarc.readDefault(context.db);
  return domains.map((domain) => dmarc.checkDmarc(domain, lookedOf(looked, domain), byDefault));
}

/** The private keys of domains. @throws ApiError `not_found`, `key_lost`. */
export async function exportKeys(
  { db, caller, sealer }: CallerStore & Pick<Context, 'sealer'>,
  given: readonly string[],
): Promise<{ domain: string; pem: string }[]> {
  const { domains } = await openOwn({ db, caller }, given);
  const rows: { domain: string; pem: string }[] = [];
  for (const domain of domains) {
    const key = await dkimKeys.find(db, domain);
    rows.push({ domain, pem: key === undefined ? '' : await dkimKeys.openKey(sealer, key) });
  }
  return rows;
}

/** A row has no place for the reason why a domain is not available. @throws ApiError `not_found`. */
async function openOwn({ db, caller }: CallerStore, given: readonly string[]): Promise<OpenedDomains> {
  const opened = await openDomains(db, caller, given);
  const [failure] = opened.failures.values();
  if (failure !== undefined) throw failure;
  return opened;
}

function lookedOf<T>(looked: ReadonlyMap<string, T>, domain: string): T {
  const found = looked.get(domain);
  if (found === undefined) throw changedMeanwhile(domain);
  return found;
}
