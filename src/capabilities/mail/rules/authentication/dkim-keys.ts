// The DKIM keys of domains (RFC 6376) in the store.
import type { Db, Sealer } from '../../../../core/context.ts';
import type { StepResult } from '../../../../core/plan.ts';
import { findSealed } from '../../../../ground/rules/two-factor/sealed-secrets.ts';

/** The kind of the step `driver/authentication/steps/new-key.ts`. */
const NEW_KEY = 'authentication/new-key';

export interface DkimKey {
  readonly domain: string;
  readonly username: string;
  /** The private key, encrypted: `openKey`. Base64, because plans have it. */
  readonly sealed: string;
  /** As DNS has it: Base64. */
  readonly publicKey: string;
  /** True if outgoing mail is signed with it. */
  readonly isEnabled: boolean;
}

interface Row {
  readonly domain: string;
  readonly username: string;
  readonly sealed: Uint8Array;
  readonly publicKey: string;
  readonly isEnabled: number;
}

const selected = 'domain, username, sealed, public_key AS "publicKey", is_enabled AS "isEnabled"';

export async function find(db: Db, domain: string): Promise<DkimKey | undefined> {
  const row = await db.get<Row>(`SELECT ${selected} FROM dkim_key WHERE domain = ?`, domain);
  return row && keyOf(row);
}

/** The keys of an account, sorted by domain. */
export async function listOf(db: Db, username: string): Promise<DkimKey[]> {
  const sql = `SELECT ${selected} FROM dkim_key WHERE username = ? ORDER BY domain`;
  return (await db.all<Row>(sql, username)).map(keyOf);
}

/** The keys with which this server signs, sorted by domain. */
export async function listEnabled(db: Db): Promise<DkimKey[]> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM dkim_key
     WHERE is_enabled = 1 AND username IN (SELECT username FROM account WHERE server = ?) ORDER BY domain`,
    db.server,
  );
  return rows.map(keyOf);
}

/** The domains of accounts of this server that have a key, whether it is used or not. */
export async function domainsWithKey(db: Db): Promise<ReadonlySet<string>> {
  const rows = await db.all<{ domain: string }>(
    'SELECT domain FROM dkim_key WHERE username IN (SELECT username FROM account WHERE server = ?)',
    db.server,
  );
  return new Set(rows.map(({ domain }) => domain));
}

export async function save(db: Db, { domain, username, sealed, publicKey, isEnabled }: DkimKey) {
  await db.run(
    `INSERT INTO dkim_key (domain, username, sealed, public_key, is_enabled) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (domain) DO UPDATE SET username = excluded.username, sealed = excluded.sealed,
       public_key = excluded.public_key, is_enabled = excluded.is_enabled`,
    ...[domain, username, Buffer.from(sealed, 'base64'), publicKey, isEnabled ? 1 : 0],
  );
}

/** Stores what a plan has made for new domains. */
export async function saveNew(db: Db, results: readonly StepResult[]): Promise<void> {
  for (const { kind, value } of results) {
    if (kind === NEW_KEY) await save(db, { ...(value as Omit<DkimKey, 'isEnabled'>), isEnabled: true });
  }
}

export async function forget(db: Db, domain: string): Promise<void> {
  await db.run('DELETE FROM dkim_key WHERE domain = ?', domain);
}

interface Sealing {
  readonly db: Db;
  readonly sealer: Sealer;
}

/** Encrypts a private key for a domain. @throws ApiError `key_lost`. */
export async function sealKey({ db, sealer }: Sealing, domain: string, pem: string): Promise<string> {
  return Buffer.from(await sealer.seal(pem, purposeOf(domain), await findSealed(db))).toString('base64');
}

/** The private key as PEM. @throws ApiError `key_lost`. */
export function openKey(sealer: Sealer, { domain, sealed }: Pick<DkimKey, 'domain' | 'sealed'>) {
  return sealer.open(Buffer.from(sealed, 'base64'), purposeOf(domain));
}

/** The same key for another name of its domain. @throws ApiError `key_lost`. */
export async function renameKey(context: Sealing, key: DkimKey, to: string): Promise<DkimKey> {
  const pem = await openKey(context.sealer, key);
  return { ...key, domain: to, sealed: await sealKey(context, to, pem) };
}

/** A domain has another name: its key goes with it. */
export async function rename(context: Sealing, from: string, to: string): Promise<void> {
  const key = await find(context.db, from);
  await forget(context.db, to);
  if (key === undefined) return;
  await save(context.db, await renameKey(context, key, to));
  await forget(context.db, from);
}

/** The texts to which encryption binds keys. Stored keys depend on them. */
export const purposeOf = (domain: string) => `DKIM key of ${domain}`;

function keyOf({ sealed, isEnabled, ...others }: Row): DkimKey {
  return { ...others, sealed: Buffer.from(sealed).toString('base64'), isEnabled: isEnabled === 1 };
}

/** A key as steps have it. */
export function forStep({ domain, sealed }: Pick<DkimKey, 'domain' | 'sealed'>): {
  readonly sealed: string;
  readonly purpose: string;
} {
  return { sealed, purpose: purposeOf(domain) };
}
