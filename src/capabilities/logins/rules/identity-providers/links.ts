// Which identities log in as which users. An identity can log in as several users, and a user can have several
// identities.
import type { Db } from '../../../../core/context.ts';
import { notFound } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import { notifyAccount } from '../../../notify/rules/account-notifications.ts';

export interface LinkedIdentity {
  readonly provider: string;
  /** The claim `sub`, which is unique at the issuer. */
  readonly subject: string;
  readonly issuer: string;
  /** Only shown to people. */
  readonly preferredUsername: string;
}

export interface Link extends Omit<LinkedIdentity, 'issuer'> {
  readonly username: string;
  /** Milliseconds since 1970-01-01. */
  readonly linkedAt: number;
}

export async function list(db: Db): Promise<Link[]> {
  return db.all<Link>(
    `SELECT username, provider, subject, preferred_username AS "preferredUsername", linked_at AS "linkedAt"
     FROM linked_identity ORDER BY username, provider, subject`,
  );
}

/** The identities of a user. */
export async function ofUser(db: Db, username: string): Promise<Link[]> {
  return (await list(db)).filter((link) => link.username === username);
}

/** The users as whom an identity logs in, sorted. */
export async function usersOf(
  db: Db,
  { provider, subject, issuer }: Omit<LinkedIdentity, 'preferredUsername'>,
): Promise<string[]> {
  const rows = await db.all<{ username: string }>(
    'SELECT username FROM linked_identity WHERE provider = ? AND subject = ? AND issuer = ? ORDER BY username',
    provider,
    subject,
    issuer,
  );
  return rows.map(({ username }) => username);
}

/** Replaces the name and the time of an existing link. */
export async function add(db: Db, identity: LinkedIdentity, username: string, now: number): Promise<void> {
  const { provider, subject, issuer, preferredUsername } = identity;
  await db.run(
    `INSERT INTO linked_identity (provider, subject, username, issuer, preferred_username, linked_at)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (provider, subject, username) DO UPDATE SET issuer = excluded.issuer,
       preferred_username = excluded.preferred_username, linked_at = excluded.linked_at`,
    provider,
    subject,
    username,
    issuer,
    preferredUsername,
    now,
  );
  const name = quote(preferredUsername);
  const told = {
    ...({
      username,
      event: 'notify_account_authn_link',
      subject: 'A login was linked to the account',
    } as const),
    body: `The identity ${name} of “${provider}” was linked to the account “${username}”, and can log in as it.`,
  };
  await notifyAccount(db, told, now);
}

/** @throws ApiError `not_found`. */
export async function remove(
  db: Db,
  { provider, subject }: Pick<LinkedIdentity, 'provider' | 'subject'>,
  username: string,
): Promise<void> {
  const count = await db.run(
    'DELETE FROM linked_identity WHERE provider = ? AND subject = ? AND username = ?',
    provider,
    subject,
    username,
  );
  if (count > 0) return;
  throw notFound(
    `“${username}” is not linked to the identity ${quote(subject)} of “${provider}”. ` +
      `get_users_authn_linked_accounts lists the links.`,
  );
}
