// What is set for AutoSSL on this server: the provider in use, and WHM's metadata.
import type { Db } from '../../../../core/context.ts';
import type { Field } from '../../../../core/define.ts';
import { ApiError, badParam } from '../../../../core/errors.ts';
import { anyOf, quote } from '../../../../core/quote.ts';
import type { Json } from '../../../../core/values.ts';
import type { Notice } from '../../../../ground/rules/autossl/events.ts';

/** By WHM's name. Its provider “cPanel” does not exist here: it is a service of that company. */
export const LETS_ENCRYPT = 'LetsEncrypt';
export const DISPLAY_NAME = 'Let’s Encrypt™';

/** The provider in use. Undefined if AutoSSL is disabled. */
export async function provider(db: Db): Promise<string | undefined> {
  const stored = await read(db, 'provider');
  return stored === '' ? undefined : stored;
}

/** @throws ApiError `disabled` */
export async function assertEnabled(db: Db): Promise<void> {
  if ((await provider(db)) === undefined) throw disabled();
}

export function disabled(): ApiError {
  return new ApiError(
    'disabled',
    `AutoSSL is disabled. Enable it: whmapi1 set_autossl_provider provider=${LETS_ENCRYPT}`,
  );
}

/** The URL of the ACME directory that was set last. Undefined if none was. */
export function directory(db: Db): Promise<string | undefined> {
  return read(db, 'directory');
}

/** The profile of certificates (ACME) that orders ask for. Empty: the issuer chooses. */
export async function profile(db: Db): Promise<string> {
  return (await read(db, 'profile')) ?? '';
}

/** As Let’s Encrypt, which allows 300 in three hours: https://letsencrypt.org/docs/rate-limits/ */
const ORDERS_PER_HOUR = 100;

/** How many certificates are ordered in an hour, besides renewals about which the issuer was told. 0: any number. */
export async function ordersPerHour(db: Db): Promise<number> {
  return Number((await read(db, 'orders_per_hour')) ?? ORDERS_PER_HOUR);
}

/** How long an administrator’s nameservers may take. */
const DNS_HOOK_WAIT_SECONDS = 300;

/** The program that sets records in zones that are elsewhere. */
export interface DnsHook {
  /** The absolute path of the program or of the file. Empty if there is none. */
  readonly path: string;
  /** The system user that runs it. */
  readonly user: string;
  /** How long to wait until all nameservers have a record, in seconds. */
  readonly waitSeconds: number;
  /** It may set records for names in these domains, wherever they point. Lower-case. */
  readonly domains: readonly string[];
}

export async function dnsHook(db: Db): Promise<DnsHook> {
  return {
    path: (await read(db, 'dns_hook')) ?? '',
    user: (await read(db, 'dns_hook_user')) ?? 'nobody',
    waitSeconds: Number((await read(db, 'dns_hook_wait')) ?? DNS_HOOK_WAIT_SECONDS),
    domains: splitDomains((await read(db, 'dns_hook_domains')) ?? ''),
  };
}

/** Splits “bob.example, carl.example”. */
export function splitDomains(text: string): string[] {
  return [...new Set(text.split(',').map((one) => one.trim()))].filter((one) => one !== '').sort();
}

/** The profiles of an issuer, as a sentence. */
export function inWords(profiles: Readonly<Record<string, string>>): string {
  const names = Object.keys(profiles);
  return names.length === 0 ? 'It has none.' : `Its profiles are ${names.map(quote).join(', ')}.`;
}

export interface Enabled {
  readonly provider: string;
  readonly directory: string;
  readonly profile: string;
  /** Default: the one that was set last. */
  readonly ordersPerHour: number | undefined;
  readonly dnsHook?: DnsHook;
}

export async function enable(db: Db, set: Enabled): Promise<void> {
  await write(db, 'provider', set.provider);
  await write(db, 'directory', set.directory);
  await write(db, 'profile', set.profile);
  if (set.ordersPerHour !== undefined) await write(db, 'orders_per_hour', String(set.ordersPerHour));
  if (set.dnsHook === undefined) return;
  await write(db, 'dns_hook', set.dnsHook.path);
  await write(db, 'dns_hook_user', set.dnsHook.user);
  await write(db, 'dns_hook_wait', String(set.dnsHook.waitSeconds));
  await write(db, 'dns_hook_domains', set.dnsHook.domains.join(','));
}

/** The registrations are kept. @returns false if it was disabled already. */
export async function disable(db: Db): Promise<boolean> {
  const wasEnabled = (await provider(db)) !== undefined;
  await write(db, 'provider', '');
  return wasEnabled;
}

const noticeDoc = (event: string) => `Whether the administrators are notified ${event}.`;
const userDoc = (event: string) => `Whether the account’s owner is notified ${event}.`;
const events = {
  expiry: 'if a certificate expires soon and could not be renewed',
  expiry_coverage: 'if a certificate expires soon because names could not be validated',
  renewal: 'of a new certificate',
  renewal_coverage: 'if names could not be validated, so that a renewal waits for them',
  renewal_coverage_reduced: 'of a new certificate that lacks names of the former one',
  renewal_uncovered_domains: 'of a new certificate that lacks names of the virtual host',
} as const satisfies Record<Notice, string>;

const notices = Object.fromEntries(
  Object.entries(events).flatMap(([event, text]) => [
    [`notify_autossl_${event}`, { type: 'flag', doc: noticeDoc(text) }],
    [`notify_autossl_${event}_user`, { type: 'flag', doc: userDoc(text) }],
  ]),
) as Record<`notify_autossl_${Notice}` | `notify_autossl_${Notice}_user`, { type: 'flag'; doc: string }>;

export const metadataFields = {
  clobber_externally_signed: {
    type: 'flag',
    doc: 'Whether AutoSSL replaces certificates of other issuers that are invalid, or about to expire: within 3 days, or a tenth of their life.',
  },
  ...notices,
} as const satisfies Record<string, Field>;

export type MetadataKey = keyof typeof metadataFields;
export const metadataKeys = Object.keys(metadataFields).sort() as [MetadataKey, ...MetadataKey[]];

/** Everybody is notified, and nothing of others is replaced. */
const defaultOf = (key: MetadataKey) => (key === 'clobber_externally_signed' ? 0 : 1);

export async function metadata(db: Db): Promise<Record<MetadataKey, 0 | 1>> {
  const rows = await db.all<{ name: string; value: string }>(
    'SELECT name, value FROM autossl_setting WHERE server = ?',
    db.server,
  );
  const stored = new Map(rows.map(({ name, value }) => [name, value]));
  return Object.fromEntries(
    metadataKeys.map((key) => [key, Number(stored.get(key) ?? defaultOf(key)) === 1 ? 1 : 0]),
  ) as Record<MetadataKey, 0 | 1>;
}

export function setMetadataKey(db: Db, key: MetadataKey, value: boolean): Promise<void> {
  return write(db, key, value ? '1' : '0');
}

/** Keys that `values` leaves out get their defaults. */
export async function setMetadata(db: Db, values: ReadonlyMap<MetadataKey, boolean>): Promise<void> {
  for (const key of metadataKeys) {
    const value = values.get(key);
    if (value !== undefined) await setMetadataKey(db, key, value);
    else await db.run('DELETE FROM autossl_setting WHERE server = ? AND name = ?', db.server, key);
  }
}

/** Reads `{"clobber_externally_signed":1}`. @throws ApiError `bad_param` that names every mistake. */
export function readMetadata(given: Json): Map<MetadataKey, boolean> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw badParam(
      'The parameter “metadata_json” should be a JSON object of keys, each with 1 or 0, such as ' +
        '{"clobber_externally_signed":1}.',
    );
  }
  const problems: string[] = [];
  const values = new Map<MetadataKey, boolean>();
  for (const [key, value] of Object.entries(given)) {
    const known = metadataKeys.find((one) => one === key);
    const flag = flagOf(value);
    if (known === undefined) {
      problems.push(`There is no key ${quote(key)} of AutoSSL. The keys are ${anyOf(metadataKeys)}.`);
    } else if (flag === undefined) problems.push(`The key “${key}” should be 1 or 0.`);
    else values.set(known, flag);
  }
  if (problems.length > 0) throw badParam(problems.join(' '));
  return values;
}

function flagOf(value: Json): boolean | undefined {
  if (value === 1 || value === '1' || value === true) return true;
  return value === 0 || value === '0' || value === false ? false : undefined;
}

async function read(db: Db, name: string): Promise<string | undefined> {
  const row = await db.get<{ value: string }>(
    'SELECT value FROM autossl_setting WHERE server = ? AND name = ?',
    ...[db.server, name],
  );
  return row?.value;
}

async function write(db: Db, name: string, value: string): Promise<void> {
  await db.run(
    `INSERT INTO autossl_setting (server, name, value) VALUES (?, ?, ?)
     ON CONFLICT (server, name) DO UPDATE SET value = excluded.value`,
    ...[db.server, name, value],
  );
}
