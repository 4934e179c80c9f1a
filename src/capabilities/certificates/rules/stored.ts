// The certificates, keys and signing requests of users in the store. Keys are encrypted.
import { seesAll } from '../../../core/access.ts';
import type { Caller, Db, SealedStore, Sealer } from '../../../core/context.ts';
import { notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';
import { nameText, type CertificateFacts, type KeyFacts, type RequestFacts } from './facts.ts';

export interface StoredCertificate {
  readonly username: string;
  readonly id: string;
  /** PEM. */
  readonly pem: string;
  /** The PEM of its issuers, in order. Empty if none is known. */
  readonly chain: string;
  readonly keyId: string;
  readonly facts: CertificateFacts;
  /** The name that its user gave to it. Null: none. */
  readonly friendlyName: string | null;
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
}

/** A name is only stored if it is given. */
type New<Item extends { readonly friendlyName: string | null }> = Omit<Item, 'friendlyName'> &
  Partial<Pick<Item, 'friendlyName'>>;

type Row = Omit<StoredCertificate, 'facts'> & { readonly facts: string };

const selected = `certificate.username, certificate.id, pem, chain, key_id AS "keyId", facts,
  friendly_name AS "friendlyName", created_at AS "createdAt"`;

const certificateOf = ({ facts, ...row }: Row): StoredCertificate => ({
  ...row,
  facts: JSON.parse(facts) as CertificateFacts,
});

/**
 * Lists the certificates that the caller may see, by user and ID: its own, and those of the accounts of this server that
 * it sees.
 */
export async function list(db: Db, caller: Caller): Promise<StoredCertificate[]> {
  const { where, values } = accounts.visibleTo(db, caller);
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM certificate
     WHERE username = ? OR username IN (SELECT username FROM account WHERE ${where}) ORDER BY username, id`,
    ...[seesAll(caller) ? 'root' : caller.user, ...values],
  );
  return rows.map(certificateOf);
}

export async function listOf(db: Db, username: string): Promise<StoredCertificate[]> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM certificate WHERE username = ? ORDER BY id`,
    username,
  );
  return rows.map(certificateOf);
}

/** The chains (PEM) that certificates of this issuer came with. */
export async function chainsOf(db: Db, { issuer }: Pick<CertificateFacts, 'issuer'>): Promise<string[]> {
  const rows = await db.all<{ chain: string }>(
    "SELECT DISTINCT chain FROM certificate WHERE issuer = ? AND chain <> '' ORDER BY chain LIMIT 5",
    nameText(issuer),
  );
  return rows.map(({ chain }) => chain);
}

/** @throws ApiError `not_found`. */
export async function get(db: Db, username: string, id: string): Promise<StoredCertificate> {
  const row = await db.get<Row>(
    `SELECT ${selected} FROM certificate WHERE username = ? AND id = ?`,
    ...[username, id],
  );
  if (row !== undefined) return certificateOf(row);
  throw notFound(
    `“${username}” does not have a certificate with the ID ${quote(id)}. Run listcrts to list the certificates.`,
  );
}

/**
 * Stores a certificate. One that is already there keeps its time, and gets the new chain and the new name unless they are
 * empty.
 */
export async function put(db: Db, certificate: New<StoredCertificate>): Promise<void> {
  const { username, id, pem, chain, keyId, facts, friendlyName = null, createdAt } = certificate;
  await db.run(
    `INSERT INTO certificate (username, id, pem, chain, key_id, issuer, facts, friendly_name, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (username, id) DO UPDATE SET facts = excluded.facts,
       friendly_name = COALESCE(excluded.friendly_name, certificate.friendly_name),
       chain = CASE WHEN excluded.chain = '' THEN certificate.chain ELSE excluded.chain END`,
    ...[
      username,
      id,
      pem,
      chain,
      keyId,
      nameText(facts.issuer),
      JSON.stringify(facts),
      friendlyName,
      createdAt,
    ],
  );
}

/** The purpose does not contain the user, so that a renamed user keeps its keys. */
export const purposeOf = (keyId: string) => `private key of certificates ${keyId}`;

/** Encrypts a key for `putKey` and for plans. @returns Base64. @throws ApiError `key_lost`. */
export async function sealKey({ db, sealer }: SealedStore, id: string, pem: string): Promise<string> {
  const sealed = await sealer.seal(pem, purposeOf(id), await findSealed(db));
  return Buffer.from(sealed).toString('base64');
}

/** @throws ApiError `key_lost`. */
export function openKey(sealer: Sealer, id: string, sealed: string): Promise<string> {
  return sealer.open(Buffer.from(sealed, 'base64'), purposeOf(id));
}

export interface SealedKey {
  readonly username: string;
  readonly id: string;
  /** The result of `sealKey`. */
  readonly sealed: string;
  readonly facts: KeyFacts;
  readonly friendlyName: string | null;
}

/** Stores a key. One that is already there keeps its time, and gets the new name if there is one. */
export async function putKey(db: Db, key: New<SealedKey>, now: number): Promise<void> {
  const { username, id, sealed, facts, friendlyName = null } = key;
  await db.run(
    `INSERT INTO certificate_key (username, id, sealed, facts, friendly_name, created_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (username, id) DO UPDATE SET sealed = excluded.sealed, facts = excluded.facts,
       friendly_name = COALESCE(excluded.friendly_name, certificate_key.friendly_name)`,
    ...[username, id, Buffer.from(sealed, 'base64'), JSON.stringify(facts), friendlyName, now],
  );
}

/** The encrypted key, in Base64, as `openKey` takes it. */
export async function findSealedKey(db: Db, username: string, id: string): Promise<string | undefined> {
  const row = await db.get<{ sealed: Uint8Array }>(
    'SELECT sealed FROM certificate_key WHERE username = ? AND id = ?',
    ...[username, id],
  );
  return row && Buffer.from(row.sealed).toString('base64');
}

/** The users who have a key, among the caller and the accounts of this server that it sees. */
export async function keyOwners(db: Db, caller: Caller, id: string): Promise<string[]> {
  const { where, values } = accounts.visibleTo(db, caller);
  const rows = await db.all<{ username: string }>(
    `SELECT username FROM certificate_key WHERE id = ?
     AND (username = ? OR username IN (SELECT username FROM account WHERE ${where})) ORDER BY username`,
    ...[id, seesAll(caller) ? 'root' : caller.user, ...values],
  );
  return rows.map(({ username }) => username);
}

/** The PEM of a user's key; undefined if it is not stored. @throws ApiError `key_lost`. */
export async function findKey(
  { db, sealer }: SealedStore,
  username: string,
  id: string,
): Promise<string | undefined> {
  const sealed = await findSealedKey(db, username, id);
  return sealed === undefined ? undefined : openKey(sealer, id, sealed);
}

export interface SigningRequest {
  readonly username: string;
  readonly id: string;
  readonly pem: string;
  readonly keyId: string;
  readonly facts: RequestFacts;
  readonly friendlyName: string | null;
  /** Milliseconds since 1970-01-01. */
  readonly createdAt: number;
}

/** Stores a request. One that is already there keeps its time, and gets the new name if there is one. */
export async function putRequest(db: Db, request: New<SigningRequest>): Promise<void> {
  const { username, id, pem, keyId, facts, friendlyName = null, createdAt } = request;
  await db.run(
    `INSERT INTO signing_request (username, id, pem, key_id, facts, friendly_name, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (username, id) DO UPDATE SET
       friendly_name = COALESCE(excluded.friendly_name, signing_request.friendly_name)`,
    ...[username, id, pem, keyId, JSON.stringify(facts), friendlyName, createdAt],
  );
}

/** How long an expired certificate is kept that no virtual host uses. */
const KEPT_SECONDS = 30 * 86_400;

/** Removes certificates of a user that expired long ago and are not installed, with keys that nothing else has. */
export async function removeExpired(db: Db, username: string, now: number): Promise<void> {
  const before = Math.floor(now / 1000) - KEPT_SECONDS;
  const rows = await db.all<{ id: string; keyId: string; facts: string }>(
    `SELECT id, key_id AS "keyId", facts FROM certificate WHERE username = ?
     AND id NOT IN (SELECT certificate_id FROM installed_certificate WHERE username = ?)`,
    ...[username, username],
  );
  for (const { id, keyId, facts } of rows) {
    if ((JSON.parse(facts) as CertificateFacts).notAfter >= before) continue;
    await db.run('DELETE FROM certificate WHERE username = ? AND id = ?', username, id);
    await db.run(
      `DELETE FROM certificate_key WHERE username = ? AND id = ?
       AND id NOT IN (SELECT key_id FROM certificate WHERE username = ?)
       AND id NOT IN (SELECT key_id FROM signing_request WHERE username = ?)`,
      ...[username, keyId, username, username],
    );
  }
}
