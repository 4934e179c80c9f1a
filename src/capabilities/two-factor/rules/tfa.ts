// Two-factor authentication as stored: the secrets of enrolled users, the policy, the issuers.
import { seesAll } from '../../../core/access.ts';
import type { Caller, Db, Sealer } from '../../../core/context.ts';
import * as longLists from '../../../ground/rules/long-list.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';
import * as storedSettings from '../../../ground/rules/stored-settings.ts';

/** The dependencies of two-factor authentication. */
export interface TfaContext {
  readonly db: Db;
  readonly sealer: Sealer;
  readonly now: () => number;
}

/** An account has one secret of its own, and can have others for its email addresses and team members. */
export type SecretKind = 'primary_account' | 'email' | 'team';

export interface StoredSecret {
  readonly kind: SecretKind;
  /** The email address or team member. Empty for the account itself. */
  readonly name: string;
  readonly secret: string;
}

/** Stores a secret from another server, without checking a code. */
export async function putSecret(context: TfaContext, user: string, stored: StoredSecret): Promise<void> {
  const { kind, name, secret } = stored;
  await context.db.run(
    `INSERT INTO tfa_secret (username, kind, name, sealed, created_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (username, kind, name) DO UPDATE SET sealed = excluded.sealed, created_at = excluded.created_at`,
    user,
    kind,
    name,
    await context.sealer.seal(secret, purposeOf(user, kind, name), await findSealed(context.db)),
    context.now(),
  );
}

/** @throws ApiError `key_lost`. */
export async function listSecrets(
  { db, sealer }: TfaContext,
  user: string,
  kind?: SecretKind,
): Promise<StoredSecret[]> {
  const rows = await db.all<{ kind: SecretKind; name: string; sealed: Uint8Array }>(
    'SELECT kind, name, sealed FROM tfa_secret WHERE username = ? ORDER BY kind, name',
    user,
  );
  const secrets: StoredSecret[] = [];
  for (const row of rows) {
    if (kind !== undefined && row.kind !== kind) continue;
    const secret = await sealer.open(row.sealed, purposeOf(user, row.kind, row.name));
    secrets.push({ kind: row.kind, name: row.name, secret });
  }
  return secrets;
}

/** The purpose that an encrypted secret is bound to. In another user's row, it cannot be decrypted. */
function purposeOf(user: string, kind: SecretKind, name: string): string {
  return JSON.stringify(['tfa_secret', user, kind, name]);
}

/** Removes every secret of a user. The used time step is kept, so that it is never accepted again. */
export async function remove(db: Db, user: string): Promise<void> {
  await db.run('DELETE FROM tfa_secret WHERE username = ?', user);
}

/**
 * Decrypts the user's secrets and encrypts them under the new name, because they are bound to it. @throws ApiError
 * `key_lost`.
 */
export async function rename(db: Db, sealer: Sealer, from: string, to: string): Promise<void> {
  const rows = await db.all<{ kind: SecretKind; name: string; sealed: Uint8Array }>(
    'SELECT kind, name, sealed FROM tfa_secret WHERE username = ?',
    from,
  );
  for (const { kind, name, sealed } of rows) {
    const secret = await sealer.open(sealed, purposeOf(from, kind, name));
    await db.run(
      'UPDATE tfa_secret SET username = ?, sealed = ? WHERE username = ? AND kind = ? AND name = ?',
      to,
      await sealer.seal(secret, purposeOf(to, kind, name), sealed),
      from,
      kind,
      name,
    );
  }
}

export async function isEnrolled(db: Db, user: string): Promise<boolean> {
  return (
    (await db.get("SELECT 1 FROM tfa_secret WHERE username = ? AND kind = 'primary_account'", user)) !==
    undefined
  );
}

export interface Enrolled {
  readonly username: string;
  /** The account's main domain. Null for a user without an account, such as root. */
  readonly domain: string | null;
}

/** The enrolled users whom the caller may manage, with the domains of their accounts. */
function manageable(
  { dialect }: Db,
  caller: Caller,
): { readonly from: string; readonly where: string; readonly values: readonly string[] } {
  const onName = 'ON account.username = tfa_secret.username';
  const where = `tfa_secret.kind = 'primary_account'`;
  if (seesAll(caller)) {
    // By itself, SQLite would read the long rows of the table.
    const index = dialect.byIndex('account_domain_by_name');
    return { from: `tfa_secret LEFT JOIN account ${index} ${onName}`, where, values: [] };
  }
  return {
    from: `tfa_secret LEFT JOIN account ${onName}`,
    where: `${where} AND (tfa_secret.username = ? OR account.owner = ?)`,
    values: [caller.user, caller.user],
  };
}

/** Lists enrolled users by name. Includes only users whom the caller may manage. */
export function listEnrolled(db: Db, caller: Caller): Promise<Enrolled[]> {
  const { from, where, values } = manageable(db, caller);
  return db.all(
    `SELECT tfa_secret.username, account.domain FROM ${from} WHERE ${where} ORDER BY tfa_secret.username`,
    ...values,
  );
}

/**
 * Leaves a long list of enrolled users, as a map by name, to be read while the response is written.
 * @param record the members of each record, as names and SQL. `domain` is the account’s main domain.
 * @returns false if it is short, or has to be read at once.
 */
export async function leaveEnrolled(
  context: longLists.Leaving,
  caller: Caller,
  record: readonly (readonly [name: string, sql: string])[],
): Promise<boolean> {
  if (!longLists.canLeave(context)) return false;
  const { dialect } = context.db;
  const { from, where, values } = manageable(context.db, caller);
  if (!(await longLists.areMany(context.db, { sql: `SELECT 1 FROM ${from} WHERE ${where}`, values })))
    return false;
  const rows = {
    sql: `SELECT tfa_secret.username AS key, account.domain FROM ${from}
      WHERE (${where}) AND tfa_secret.username > ? ORDER BY tfa_secret.username`,
    values,
    record: dialect.jsonObject(record),
  };
  longLists.leave(context, (reading) => longLists.mapInOrderOfKey(reading, dialect, rows));
  return true;
}

const POLICY = 'tfa_policy';

/** True if enrolled users need a code to log in. */
export async function isPolicyEnabled(db: Db): Promise<boolean> {
  return (await storedSettings.read(db, POLICY)) === '1';
}

export async function setPolicy(db: Db, enabled: boolean): Promise<void> {
  await storedSettings.write(db, POLICY, enabled ? '1' : '0');
}

/** Returns the issuer that a user set, if any. Root's issuer is the default for the whole system. */
async function findIssuer(db: Db, user: string): Promise<string | undefined> {
  const row = await db.get<{ issuer: string }>('SELECT issuer FROM tfa_issuer WHERE username = ?', user);
  return row?.issuer;
}

export async function setIssuer(db: Db, user: string, issuer: string): Promise<void> {
  await db.run(
    'INSERT INTO tfa_issuer (username, issuer) VALUES (?, ?) ON CONFLICT (username) DO UPDATE SET issuer = excluded.issuer',
    user,
    issuer,
  );
}

/** Returns a user's issuer, and the system's. The default of the user's issuer is root's, and then the hostname. */
export async function issuersOf(
  db: Db,
  user: string,
  hostname: string,
): Promise<{ own: string; systemWide: string }> {
  const systemWide = (await findIssuer(db, 'root')) ?? hostname;
  return { own: (await findIssuer(db, user)) ?? systemWide, systemWide };
}
