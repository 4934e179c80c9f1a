// What is stored for the pools of PHP-FPM: options of pools and directives of PHP, for all pools of a server or those of
// a virtual host. The options of a virtual host are in `settings.ts`.
import type { Db } from '../../../core/context.ts';

/** What a setting is, as WHM numbers it: an option of the pool, a directive that the account cannot change, or can. */
export type FpmKind = 0 | 1 | 2;

export interface FpmSetting {
  /** By its name in WHM. */
  readonly name: string;
  readonly kind: FpmKind;
  readonly value: string;
}

/** The settings that are for all pools of the server. */
export const ALL_POOLS = '';

/** By virtual host, and for all pools. */
export type FpmSettings = ReadonlyMap<string, readonly FpmSetting[]>;

type Row = FpmSetting & { readonly servername: string };

const selected = 'servername, name, kind, value';

/** The settings for all pools, and those of the virtual hosts of an account. */
export async function readFpmSettings(db: Db, username: string): Promise<FpmSettings> {
  const rows = await db.all<Row>(
    `SELECT ${selected} FROM php_fpm_setting
     WHERE server = ? AND username IN ('', ?) ORDER BY servername, name`,
    ...[db.server, username],
  );
  return byServername(rows);
}

/** The same for every account of this server. */
export async function readAllFpmSettings(db: Db): Promise<(username: string) => FpmSettings> {
  const rows = await db.all<Row & { readonly username: string }>(
    `SELECT username, ${selected} FROM php_fpm_setting WHERE server = ? ORDER BY servername, name`,
    db.server,
  );
  const byUser = new Map<string, Row[]>();
  for (const { username, ...row } of rows) {
    const own = byUser.get(username);
    if (own === undefined) byUser.set(username, [row]);
    else own.push(row);
  }
  const forAll = byServername(byUser.get('') ?? []);
  byUser.delete('');
  const settings = new Map(
    [...byUser].map(([username, own]) => [username, new Map([...forAll, ...byServername(own)])]),
  );
  return (username) => settings.get(username) ?? forAll;
}

function byServername(rows: readonly Row[]): FpmSettings {
  const found = new Map<string, FpmSetting[]>();
  for (const { servername, name, kind, value } of rows) {
    found.set(servername, [...(found.get(servername) ?? []), { name, kind, value }]);
  }
  return found;
}

export interface FpmScope {
  /** A virtual host with its account, or `ALL_POOLS` with an empty name. */
  readonly servername: string;
  readonly username: string;
}

/** Stores these settings instead of the former ones. */
export async function setFpmSettings(
  db: Db,
  { servername, username }: FpmScope,
  settings: readonly FpmSetting[],
): Promise<void> {
  await forgetFpmSettings(db, servername);
  for (const { name, kind, value } of settings) {
    await db.run(
      'INSERT INTO php_fpm_setting (server, servername, username, name, kind, value) VALUES (?, ?, ?, ?, ?, ?)',
      ...[db.server, servername, username, name, kind, value],
    );
  }
}

/** Removes the settings of a virtual host that no longer exists. */
export async function forgetFpmSettings(db: Db, servername: string): Promise<void> {
  await db.run('DELETE FROM php_fpm_setting WHERE server = ? AND servername = ?', db.server, servername);
}

/** The settings of an account’s virtual hosts whose paths are below its home, once it has another one. */
export function movedSettings(all: FpmSettings, from: string, to: string): FpmSettings {
  return new Map(
    [...all].map(([servername, settings]) => [
      servername,
      servername === ALL_POOLS
        ? settings
        : settings.map((one) => ({ ...one, value: movedPath(one.value, from, to) })),
    ]),
  );
}

function movedPath(value: string, from: string, to: string): string {
  return value.startsWith(`${from}/`) ? to + value.slice(from.length) : value;
}

/** The home of an account is another one. */
export async function moveFpmSettings(db: Db, username: string, from: string, to: string): Promise<void> {
  for (const [servername, settings] of await readFpmSettings(db, username)) {
    for (const { name, value } of servername === ALL_POOLS ? [] : settings) {
      const moved = movedPath(value, from, to);
      if (moved === value) continue;
      await db.run(
        'UPDATE php_fpm_setting SET value = ? WHERE server = ? AND servername = ? AND name = ?',
        ...[moved, db.server, servername, name],
      );
    }
  }
}

/** A virtual host has another name. */
export async function renameFpmSettings(db: Db, from: string, to: string): Promise<void> {
  await forgetFpmSettings(db, to);
  await db.run(
    'UPDATE php_fpm_setting SET servername = ? WHERE server = ? AND servername = ?',
    ...[to, db.server, from],
  );
}
