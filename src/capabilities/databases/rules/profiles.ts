// Profiles of MariaDB servers: the one of this machine, which is “localhost”, and those that are reached over the network.
// One of them is active: its server gets new databases and users.
import type { Db, SealedStore } from '../../../core/context.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';
import { activeName } from '../../../ground/rules/databases/active-server.ts';
import { LOCAL_PROFILE } from './owners.ts';

export { activeName };

export interface Profile {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** How it came about. */
  readonly setupVia: string;
  readonly isCloud: boolean;
  /** As its server named it when it was validated last. */
  readonly version: string | null;
  /** This server, as its server saw it then. */
  readonly client: string | null;
}

/** A profile with how to log in to its server. */
export type OpenProfile = Profile & { readonly password: string };

/** A server over the network as a plan has it: the password is encrypted, and only steps open it. JSON. */
export interface SealedPlace {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** The password, in Base64. */
  readonly sealed: string;
  /** What the password was encrypted for. */
  readonly purpose: string;
}

export const SETUP_BY_HAND = 'User provided MySQL credentials';
export const SETUP_OVER_SSH = 'SSH';

/** Its administrator logs in through the socket, without a password. */
const local: OpenProfile = {
  name: LOCAL_PROFILE,
  host: 'localhost',
  port: 3306,
  user: 'root',
  password: '',
  setupVia: 'The server of this machine',
  isCloud: false,
  version: null,
  client: null,
};

type Row = Omit<Profile, 'isCloud'> & { readonly isCloud: number; readonly sealed: Uint8Array };

/** This machine, for users of its own server. */
export const LOCAL_HOST = 'localhost';

const COLUMNS =
  'name, host, port, login AS "user", setup_via AS "setupVia", is_cloud AS "isCloud", version, client, sealed';

/** With “localhost”, which comes first. @throws ApiError `key_lost`. */
export async function list({ db, sealer }: SealedStore): Promise<OpenProfile[]> {
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM mysql_profile WHERE server = ? ORDER BY name`,
    db.server,
  );
  return [local, ...(await Promise.all(rows.map((row) => open({ db, sealer }, row))))];
}

/** @throws ApiError `not_found`, `key_lost`. */
export async function get({ db, sealer }: SealedStore, name: string): Promise<OpenProfile> {
  if (name === LOCAL_PROFILE) return local;
  return open({ db, sealer }, await rowOf(db, name));
}

/** Without its password, which need not be readable. @throws ApiError `not_found`. */
export async function describe(db: Db, name: string): Promise<Profile> {
  if (name === LOCAL_PROFILE) return local;
  const { host, port, user, setupVia, isCloud, version, client } = await rowOf(db, name);
  return { name, host, port, user, setupVia, isCloud: isCloud === 1, version, client };
}

/** The server that an account uses. */
export interface AccountServer {
  readonly profile: string;
  /** Undefined: the server of this machine. */
  readonly at: SealedPlace | undefined;
  /** The host from which the account’s users connect from here, as that server sees it. */
  readonly client: string;
}

/**
 * An account with databases or users keeps the server that has them, so that all of them are on one server. Others get
 * the one of the active profile.
 */
export async function serverOf(db: Db, owner: string): Promise<AccountServer> {
  const of = (table: string) =>
    `SELECT profile FROM ${table} WHERE server = ? AND engine = 'mysql' AND owner = ?`;
  const used = await db.get<{ profile: string }>(
    `SELECT profile FROM (${of('database')} UNION ALL ${of('database_user')}) AS used ORDER BY profile LIMIT 1`,
    ...[db.server, owner, db.server, owner],
  );
  return serverOfProfile(db, used?.profile ?? (await activeName(db)));
}

/** The same for many accounts. */
export async function serversOf(
  db: Db,
  usernames: readonly string[],
): Promise<ReadonlyMap<string, AccountServer>> {
  const [one, ...others] = usernames;
  if (one === undefined) return new Map();
  if (others.length === 0) return new Map([[one, await serverOf(db, one)]]);
  const of = (table: string) => `SELECT owner, profile FROM ${table} WHERE server = ? AND engine = 'mysql'`;
  const used = await db.all<{ owner: string; profile: string }>(
    `SELECT owner, MIN(profile) AS profile FROM (${of('database')} UNION ALL ${of('database_user')}) AS used GROUP BY owner`,
    ...[db.server, db.server],
  );
  const profileOf = new Map(used.map(({ owner, profile }) => [owner, profile]));
  const active = await activeName(db);
  const servers = new Map<string, AccountServer>();
  for (const profile of new Set([active, ...profileOf.values()])) {
    servers.set(profile, await serverOfProfile(db, profile));
  }
  return new Map(
    usernames.flatMap((username) => {
      const server = servers.get(profileOf.get(username) ?? active);
      return server === undefined ? [] : [[username, server] as const];
    }),
  );
}

async function serverOfProfile(db: Db, profile: string): Promise<AccountServer> {
  if (profile === LOCAL_PROFILE) return { profile, at: undefined, client: LOCAL_HOST };
  const row = await rowOf(db, profile);
  return { profile, at: placeOf(db, row), client: row.client ?? LOCAL_HOST };
}

/** The servers over the network that have databases or users of accounts. */
export async function usedPlaces(db: Db): Promise<SealedPlace[]> {
  const of = (table: string) => `SELECT profile FROM ${table} WHERE server = ? AND engine = 'mysql'`;
  const rows = await db.all<Row>(
    `SELECT ${COLUMNS} FROM mysql_profile
      WHERE server = ? AND name IN (${of('database')} UNION ${of('database_user')}) ORDER BY name`,
    ...[db.server, db.server, db.server],
  );
  return rows.map((row) => placeOf(db, row));
}

function placeOf(db: Db, { name, host, port, user, sealed }: Row): SealedPlace {
  const secret = { sealed: Buffer.from(sealed).toString('base64'), purpose: purposeOf(db, name) };
  return { host, port, user, ...secret };
}

/** @throws ApiError `bad_param`. */
export async function assertNew(db: Db, name: string): Promise<void> {
  if (name === LOCAL_PROFILE) {
    throw badParam(`The profile “${LOCAL_PROFILE}” is the server of this machine. Choose another name.`);
  }
  if ((await find(db, name)) === undefined) return;
  throw badParam(
    `There is already a profile ${quote(name)}. Choose another name, or change it with remote_mysql_update_profile.`,
  );
}

/** The profile of this machine needs no password, and cannot be changed. @throws ApiError `bad_param`. */
export function assertRemote(name: string): void {
  if (name !== LOCAL_PROFILE) return;
  throw badParam(
    `The profile “${LOCAL_PROFILE}” is the server of this machine, which always exists. It cannot be changed or deleted.`,
  );
}

/** Creates or replaces a profile. @throws ApiError `key_lost`. */
export async function put({ db, sealer }: SealedStore, { password, ...profile }: OpenProfile): Promise<void> {
  // A password that cannot be decrypted any more can be replaced, if nothing else needs the lost key.
  await db.run('DELETE FROM mysql_profile WHERE server = ? AND name = ?', db.server, profile.name);
  await insert(db, profile, await sealer.seal(password, purposeOf(db, profile.name), await findSealed(db)));
}

/** Encrypts the password of a profile that a plan will store. @throws ApiError `key_lost`. */
export async function sealPlace(
  { db, sealer }: SealedStore,
  { name, host, port, user, password }: Pick<OpenProfile, 'name' | 'host' | 'port' | 'user' | 'password'>,
): Promise<SealedPlace> {
  const purpose = purposeOf(db, name);
  const sealed = await sealer.seal(password, purpose, await findSealed(db));
  return { host, port, user, sealed: Buffer.from(sealed).toString('base64'), purpose };
}

/** Stores a profile whose password is encrypted already (`sealPlace`). */
export async function insertSealed(
  db: Db,
  profile: Omit<Profile, 'host' | 'port' | 'user'>,
  { host, port, user, sealed }: SealedPlace,
): Promise<void> {
  await insert(db, { ...profile, host, port, user }, Buffer.from(sealed, 'base64'));
}

async function insert(db: Db, profile: Profile, sealed: Uint8Array): Promise<void> {
  const { name, host, port, user, setupVia, isCloud, version, client } = profile;
  await db.run(
    `INSERT INTO mysql_profile (server, name, host, port, login, sealed, setup_via, is_cloud, version, client)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[db.server, name, host, port, user, sealed, setupVia, isCloud ? 1 : 0, version, client],
  );
}

/** Stores what a validation found. */
export async function setFacts(
  db: Db,
  name: string,
  { version, client }: { readonly version: string; readonly client: string },
): Promise<void> {
  await db.run(
    'UPDATE mysql_profile SET version = ?, client = ? WHERE server = ? AND name = ?',
    ...[version, client, db.server, name],
  );
}

/** @throws ApiError `not_found`; `bad_param` if it is active, or its server has databases or users of accounts. */
export async function remove(db: Db, name: string): Promise<void> {
  assertRemote(name);
  await rowOf(db, name);
  if ((await activeName(db)) === name) {
    throw badParam(
      `The profile ${quote(name)} is active: new databases are created on its server. Activate another one first, ` +
        'with remote_mysql_initiate_profile_activation.',
    );
  }
  const { databases, users } = await usesOf(db, name);
  if (databases + users > 0) {
    throw badParam(
      `The server of the profile ${quote(name)} has ${counted(databases, 'database')} and ` +
        `${counted(users, 'database user')} of accounts. Move or remove them first.`,
    );
  }
  await db.run('DELETE FROM mysql_profile WHERE server = ? AND name = ?', db.server, name);
}

/** How many databases and users of accounts its server has. */
export async function usesOf(db: Db, name: string): Promise<{ databases: number; users: number }> {
  const count = async (table: 'database' | 'database_user') => {
    const row = await db.get<{ count: number }>(
      `SELECT COUNT(*) AS count FROM ${table} WHERE server = ? AND engine = 'mysql' AND profile = ?`,
      ...[db.server, name],
    );
    return row?.count ?? 0;
  };
  return { databases: await count('database'), users: await count('database_user') };
}

/** @throws ApiError `not_found`: it was deleted. */
export async function activate(db: Db, name: string, now: number): Promise<void> {
  if (name !== LOCAL_PROFILE) await rowOf(db, name);
  await db.run(
    `INSERT INTO active_mysql_profile (server, name, activated_at) VALUES (?, ?, ?)
     ON CONFLICT (server) DO UPDATE SET name = excluded.name, activated_at = excluded.activated_at`,
    ...[db.server, name, now],
  );
}

async function find(db: Db, name: string): Promise<Row | undefined> {
  return db.get<Row>(
    `SELECT ${COLUMNS} FROM mysql_profile WHERE server = ? AND name = ?`,
    ...[db.server, name],
  );
}

async function rowOf(db: Db, name: string): Promise<Row> {
  const row = await find(db, name);
  if (row !== undefined) return row;
  throw notFound(`There is no profile ${quote(name)}. remote_mysql_read_profiles lists the profiles.`);
}

async function open({ db, sealer }: SealedStore, { sealed, isCloud, ...row }: Row): Promise<OpenProfile> {
  const password = await sealer.open(sealed, purposeOf(db, row.name));
  return { ...row, password, isCloud: isCloud === 1 };
}

/** What the password is bound to. In another row, it cannot be decrypted. */
function purposeOf({ server }: Db, name: string): string {
  return JSON.stringify(['mysql_profile', server, name]);
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
