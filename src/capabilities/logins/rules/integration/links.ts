// Integration links: links to other applications, such as a billing system, which users see for their account.
import type { Context, Db, Sealer } from '../../../../core/context.ts';
import { ApiError, notFound } from '../../../../core/errors.ts';
import { findSealed } from '../../../../ground/rules/two-factor/sealed-secrets.ts';

export interface Link {
  readonly app: string;
  readonly implements: string;
  readonly label: string;
  readonly subscriber: string;
  /** Empty if there is none. The same applies to `url`, `image` (a PNG in Base64) and `groupId`. */
  readonly autologinUrl: string;
  readonly url: string;
  readonly image: string;
  readonly groupId: string;
  readonly isHidden: boolean;
  readonly position: number;
}

/** The maximum for one account. */
const MAX_LINKS = 100;

const COLUMNS =
  'app, implements, label, subscriber, autologin_url AS "autologinUrl", url, image, group_id AS "groupId", ' +
  'is_hidden AS "isHidden", position';

type Row = Omit<Link, 'isHidden'> & { readonly isHidden: number };

/** In the order in which users see them. */
export async function list(db: Db, user: string): Promise<Link[]> {
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM integration_link WHERE username = ? ORDER BY position, app`,
    user,
  );
  return rows.map(linkOf);
}

/** @throws ApiError `not_found`. */
export async function get(db: Db, user: string, app: string): Promise<Link> {
  const row = await db.get<Row>(
    `SELECT ${COLUMNS} FROM integration_link WHERE username = ? AND app = ?`,
    ...[user, app],
  );
  if (row === undefined) throw noLink(user, app);
  return linkOf(row);
}

/** Replaces a link of the same name. @throws ApiError `limit_reached`, `key_lost`. */
export async function put(
  { db, sealer }: Context,
  user: string,
  { app, ...link }: Link,
  token: string,
): Promise<void> {
  await db.run('DELETE FROM integration_link WHERE username = ? AND app = ?', user, app);
  if ((await list(db, user)).length >= MAX_LINKS) {
    throw new ApiError(
      'limit_reached',
      `The account “${user}” has ${MAX_LINKS} integration links already. Remove one with remove_integration_link.`,
    );
  }
  await db.run(
    `INSERT INTO integration_link (username, app, implements, label, subscriber, sealed, autologin_url, url, image,
       group_id, is_hidden, position) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[user, app, link.implements, link.label, link.subscriber],
    await sealer.seal(token, purposeOf(user, app), await findSealed(db)),
    ...[link.autologinUrl, link.url, link.image, link.groupId, link.isHidden ? 1 : 0, link.position],
  );
}

/** @throws ApiError `not_found`, `key_lost`. */
export async function setToken(
  { db, sealer }: Context,
  user: string,
  app: string,
  token: string,
): Promise<void> {
  await get(db, user, app);
  await db.run(
    'UPDATE integration_link SET sealed = ? WHERE username = ? AND app = ?',
    await sealer.seal(token, purposeOf(user, app), await findSealed(db)),
    ...[user, app],
  );
}

/** The secret of a link. @throws ApiError `not_found`, `key_lost`. */
export async function tokenOf(
  { db, sealer }: { db: Db; sealer: Sealer },
  user: string,
  app: string,
): Promise<string> {
  const row = await db.get<{ sealed: Uint8Array }>(
    'SELECT sealed FROM integration_link WHERE username = ? AND app = ?',
    ...[user, app],
  );
  if (row === undefined) throw noLink(user, app);
  return sealer.open(row.sealed, purposeOf(user, app));
}

/** @throws ApiError `not_found`. */
export async function remove(db: Db, user: string, app: string): Promise<void> {
  const count = await db.run('DELETE FROM integration_link WHERE username = ? AND app = ?', user, app);
  if (count === 0) throw noLink(user, app);
}

/** Tokens are bound to the name of the user, so they are encrypted again. @throws ApiError `key_lost`. */
export async function rename(db: Db, sealer: Sealer, from: string, to: string): Promise<void> {
  await db.run('DELETE FROM integration_link WHERE username = ?', to);
  const rows = await db.all<{ app: string; sealed: Uint8Array }>(
    'SELECT app, sealed FROM integration_link WHERE username = ?',
    from,
  );
  for (const { app, sealed } of rows) {
    const token = await sealer.open(sealed, purposeOf(from, app));
    await db.run(
      'UPDATE integration_link SET username = ?, sealed = ? WHERE username = ? AND app = ?',
      to,
      await sealer.seal(token, purposeOf(to, app), sealed),
      ...[from, app],
    );
  }
}

function linkOf(row: Row): Link {
  return { ...row, isHidden: row.isHidden === 1 };
}

function noLink(user: string, app: string): ApiError {
  return notFound(
    `The account “${user}” has no integration link “${app}”. To list its links, run list_integration_links.`,
  );
}

/** What an encrypted token is bound to. In another row, it cannot be decrypted. */
function purposeOf(user: string, app: string): string {
  return JSON.stringify(['integration_link', user, app]);
}
