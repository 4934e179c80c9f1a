// The configuration cluster: other servers that get this server's settings, and how to log in there.
import type { Context, Db, FreeContext, Sealer } from '../../../../core/context.ts';
import { ApiError, badParam, denied, notFound } from '../../../../core/errors.ts';
import type { Peer } from '../../../../core/peer.ts';
import { isHash } from '../../../../core/values.ts';
import { findSealed } from '../../../../ground/rules/two-factor/sealed-secrets.ts';

/** A server as list_configclusterservers shows it. */
export interface Listed {
  readonly name: string;
  readonly user: string;
  /** The start of the SHA-256 of its key, as `d0:d0:…`. */
  readonly signature: string;
}

interface Row {
  readonly login: string;
  readonly sealed: Uint8Array;
  readonly pin: string;
}

const SIGNATURE_BYTES = 16;

export function list(db: Db): Promise<Listed[]> {
  return db.all<Listed>(
    'SELECT name, login AS "user", signature FROM config_cluster_server WHERE server = ? ORDER BY name',
    db.server,
  );
}

/** With its key. @throws ApiError `not_found`, `key_lost`. */
export async function get({ db, sealer }: { db: Db; sealer: Sealer }, name: string): Promise<Peer> {
  const row = await db.get<Row>(
    'SELECT login, sealed, pin FROM config_cluster_server WHERE server = ? AND name = ?',
    ...[db.server, name],
  );
  if (row === undefined) throw notFound(notMember(name));
  const token = await sealer.open(row.sealed, purposeOf(db, name));
  return { host: name, user: row.login, token, pin: row.pin === '' ? undefined : row.pin };
}

/** @throws ApiError `bad_param`. */
export async function assertNew(db: Db, name: string): Promise<void> {
  if (!(await has(db, name))) return;
  throw badParam(
    `“${name}” is already in the configuration cluster. To change its user or key, run update_configclusterserver.`,
  );
}

/** Adds the server, or replaces how to log in there. @throws ApiError `key_lost`. */
export async function put(
  { db, sealer, sha256 }: Context,
  { host, user, token, pin = '' }: Peer,
): Promise<void> {
  const digest = Buffer.from(await sha256(token)).subarray(0, SIGNATURE_BYTES);
  const signature = digest.toString('hex').match(/../g)?.join(':') ?? '';
  await db.run(
    `INSERT INTO config_cluster_server (server, name, login, sealed, signature, pin) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (server, name) DO UPDATE
     SET login = excluded.login, sealed = excluded.sealed, signature = excluded.signature, pin = excluded.pin`,
    ...[db.server, host, user],
    await sealer.seal(token, purposeOf(db, host), await findSealed(db)),
    ...[signature, pin],
  );
}

/** @throws ApiError `not_found`. */
export async function remove(db: Db, name: string): Promise<void> {
  const count = await db.run(
    'DELETE FROM config_cluster_server WHERE server = ? AND name = ?',
    ...[db.server, name],
  );
  if (count === 0) throw notFound(notMember(name));
}

/** @throws ApiError `not_found`. */
export async function assertMember(db: Db, name: string): Promise<void> {
  if (!(await has(db, name))) throw notFound(notMember(name));
}

/**
 * Logs in there, and asks what the user may do.
 * @throws ApiError `remote_unreachable`, `login_refused`, `bad_answer`; `denied` if the user lacks privileges.
 */
export async function verify({ callPeer }: Pick<FreeContext, 'callPeer'>, peer: Peer): Promise<void> {
  const { metadata, data } = await callPeer(peer, { command: 'myprivs', args: [], isSafeToRepeat: true });
  if (metadata.result !== 1) {
    throw new ApiError(
      'bad_answer',
      `“${peer.host}” could not say what “${peer.user}” may do: ${metadata.reason}`,
    );
  }
  const privileges = data?.privileges;
  const held = Array.isArray(privileges) ? privileges[0] : privileges;
  if (held !== undefined && isHash(held) && Number(held.all) === 1) return;
  throw denied(
    `The user “${peer.user}” of “${peer.host}” does not have all privileges, so it cannot change settings there. ` +
      'Use root, or a token with all privileges.',
  );
}

async function has(db: Db, name: string): Promise<boolean> {
  const row = await db.get(
    'SELECT 1 FROM config_cluster_server WHERE server = ? AND name = ?',
    ...[db.server, name],
  );
  return row !== undefined;
}

function notMember(name: string): string {
  return `“${name}” is not in the configuration cluster. To list its servers, run list_configclusterservers.`;
}

/** What an encrypted key is bound to. In another row, it cannot be decrypted. */
function purposeOf({ server }: Db, name: string): string {
  return JSON.stringify(['config_cluster_server', server, name]);
}
