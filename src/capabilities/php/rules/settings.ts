// The stored PHP settings of a server and of virtual hosts.
import type { Db } from '../../../core/context.ts';
import { forgetFpmSettings, renameFpmSettings } from './stored-fpm-settings.ts';

export interface ServerPhp {
  /** Such as `ea-php84`. Null until a version is found or chosen. */
  readonly defaultVersion: string | null;
  /** True if virtual hosts without settings of their own use PHP-FPM. */
  readonly isFpmDefault: boolean;
  readonly isOldFpmDismissed: boolean;
}

/** The settings of a pool of PHP-FPM. Null means the default. */
export interface PoolParameters {
  /** Processes at the same time. */
  readonly maxChildren: number | null;
  /** After this number of requests, a process is replaced. */
  readonly maxRequests: number | null;
  /** In seconds. */
  readonly idleTimeout: number | null;
}

export interface HostPhp extends PoolParameters {
  readonly servername: string;
  readonly username: string;
  /** Null: inherited. */
  readonly version: string | null;
  readonly usesFpm: boolean;
}

export const noParameters: PoolParameters = { maxChildren: null, maxRequests: null, idleTimeout: null };

const UNSET: ServerPhp = { defaultVersion: null, isFpmDefault: true, isOldFpmDismissed: false };

export async function readServer(db: Db): Promise<ServerPhp> {
  const row = await db.get<{ version: string | null; fpm: number; dismissed: number }>(
    `SELECT default_version AS version, fpm_by_default AS fpm, old_fpm_dismissed AS dismissed
     FROM php_server WHERE server = ?`,
    db.server,
  );
  if (row === undefined) return UNSET;
  return { defaultVersion: row.version, isFpmDefault: row.fpm === 1, isOldFpmDismissed: row.dismissed === 1 };
}

export async function setServer(db: Db, changes: Partial<ServerPhp>): Promise<void> {
  const { defaultVersion, isFpmDefault, isOldFpmDismissed } = { ...(await readServer(db)), ...changes };
  await db.run(
    `INSERT INTO php_server (server, default_version, fpm_by_default, old_fpm_dismissed) VALUES (?, ?, ?, ?)
     ON CONFLICT (server) DO UPDATE SET default_version = excluded.default_version,
       fpm_by_default = excluded.fpm_by_default, old_fpm_dismissed = excluded.old_fpm_dismissed`,
    ...[db.server, defaultVersion, Number(isFpmDefault), Number(isOldFpmDismissed)],
  );
}

/** Stores the newest installed version as the default, if there is none yet. */
export async function setFirstDefault(db: Db, newest: string | undefined): Promise<void> {
  if (newest === undefined || (await readServer(db)).defaultVersion !== null) return;
  await setServer(db, { defaultVersion: newest });
}

/** The handlers that were set, by version. */
export async function readHandlers(db: Db): Promise<ReadonlyMap<string, string>> {
  const rows = await db.all<{ version: string; handler: string }>(
    'SELECT version, handler FROM php_handler WHERE server = ?',
    db.server,
  );
  return new Map(rows.map(({ version, handler }) => [version, handler]));
}

export async function setHandler(db: Db, version: string, handler: string): Promise<void> {
  await db.run(
    `INSERT INTO php_handler (server, version, handler) VALUES (?, ?, ?)
     ON CONFLICT (server, version) DO UPDATE SET handler = excluded.handler`,
    ...[db.server, version, handler],
  );
}

type Row = Omit<HostPhp, 'usesFpm'> & { readonly usesFpm: number };

const selected = `servername, username, version, uses_fpm AS "usesFpm", max_children AS "maxChildren",
  max_requests AS "maxRequests", idle_timeout AS "idleTimeout"`;

const hostOf = (row: Row): HostPhp => ({ ...row, usesFpm: row.usesFpm === 1 });

/** The virtual hosts of an account that have settings of their own. */
export async function listHosts(db: Db, username: string): Promise<HostPhp[]> {
  const rows = await db.all<Row>(`SELECT ${selected} FROM php_virtual_host WHERE username = ?`, username);
  return rows.map(hostOf);
}

/** The same for several accounts, by username. */
export async function listHostsOfEach(
  db: Db,
  usernames: readonly string[],
): Promise<ReadonlyMap<string, readonly HostPhp[]>> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM php_virtual_host
     WHERE username IN (SELECT value FROM ${db.dialect.eachOf('?', 'wanted')})`,
    JSON.stringify(usernames),
  );
  const found = new Map<string, HostPhp[]>();
  for (const row of rows) {
    const own = found.get(row.username);
    if (own === undefined) found.set(row.username, [hostOf(row)]);
    else own.push(hostOf(row));
  }
  return found;
}

export async function setHost(db: Db, host: HostPhp): Promise<void> {
  const { servername, username, version, usesFpm, maxChildren, maxRequests, idleTimeout } = host;
  await db.run(
    `INSERT INTO php_virtual_host
       (servername, username, version, uses_fpm, max_children, max_requests, idle_timeout)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (servername) DO UPDATE SET username = excluded.username, version = excluded.version,
       uses_fpm = excluded.uses_fpm, max_children = excluded.max_children,
       max_requests = excluded.max_requests, idle_timeout = excluded.idle_timeout`,
    ...[servername, username, version, Number(usesFpm), maxChildren, maxRequests, idleTimeout],
  );
}

/** A new virtual host gets the server’s present default, and keeps it. */
export async function createHost(db: Db, username: string, servername: string): Promise<void> {
  const { isFpmDefault } = await readServer(db);
  await setHost(db, { servername, username, version: null, usesFpm: isFpmDefault, ...noParameters });
}

/** A virtual host has another name, and keeps its settings. */
export async function renameHost(db: Db, from: string, to: string): Promise<void> {
  await db.run('DELETE FROM php_virtual_host WHERE servername = ?', to);
  await db.run('UPDATE php_virtual_host SET servername = ? WHERE servername = ?', to, from);
  await renameFpmSettings(db, from, to);
}

export async function removeHost(db: Db, servername: string): Promise<void> {
  await db.run('DELETE FROM php_virtual_host WHERE servername = ?', servername);
  await forgetFpmSettings(db, servername);
}
