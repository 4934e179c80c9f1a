// How much disk space the databases of accounts use. The servers know the sizes, and the store knows whose they are.
import type { Db, FreeContext } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';
import { prefixesOf, type DatabaseEngine } from './names.ts';
import * as mysql from './own-mysql.ts';
import * as postgresql from './own-postgresql.ts';
import * as owners from './owners.ts';
import { serversOf, type SealedPlace } from './profiles.ts';

const BLOCK = 1024;

const engines = {
  mysql: { ...mysql, name: 'MariaDB' },
  postgresql: { ...postgresql, name: 'PostgreSQL' },
} as const;

/** In blocks of 1024 bytes. Undefined: the server could not be asked. */
export type DatabaseBlocks = Readonly<Record<DatabaseEngine, number | undefined>>;

const NO_BLOCKS: DatabaseBlocks = { mysql: 0, postgresql: 0 };

export interface AskedServer {
  readonly engine: DatabaseEngine;
  /** Undefined: the server of this machine. */
  readonly at: SealedPlace | undefined;
  /** The databases to measure. Undefined: all. */
  readonly wanted: { readonly names: readonly string[]; readonly prefixes: readonly string[] } | undefined;
}

/** Asks a server for the sizes of databases, in bytes by name. Those without a size may be left out. */
export type ReadSizes = (
  context: Pick<FreeContext, 'machine' | 'sealer'>,
  server: AskedServer,
) => Promise<ReadonlyMap<string, number>>;

/** What it takes to measure databases. */
export type Measuring = Pick<FreeContext, 'machine' | 'sealer' | 'transaction' | 'warn'>;

/** A server with the accounts that use it. */
interface UsedServer extends AskedServer {
  readonly usernames: readonly string[];
}

/**
 * Measures the databases of accounts: one question for each server, however many accounts there are. Warns of servers
 * that cannot be asked.
 */
export async function measureDatabases(
  context: Measuring,
  usernames: readonly string[],
  readSizes: ReadSizes,
): Promise<ReadonlyMap<string, DatabaseBlocks>> {
  const { machine, transaction } = context;
  const servers = await transaction('reads', async (db) => {
    if (!(await areCounted(db))) return [];
    const roles = await rolesOf({ db, system: machine.system });
    if (!Object.values(engines).some(({ ROLE }) => roles.has(ROLE))) return [];
    return (await usedServers(db, usernames)).filter(({ engine }) => roles.has(engines[engine].ROLE));
  });
  if (servers.length === 0) return new Map(usernames.map((username) => [username, NO_BLOCKS]));
  const blocks = new Map<string, Record<DatabaseEngine, number | undefined>>(
    usernames.map((username) => [username, { ...NO_BLOCKS }]),
  );
  for (const server of servers) {
    const bytes = await bytesOn(server, context, readSizes);
    for (const username of server.usernames) {
      const of = blocks.get(username);
      if (of === undefined) continue;
      of[server.engine] = bytes && Math.ceil((bytes.get(username) ?? 0) / BLOCK);
    }
  }
  return blocks;
}

/**
 * What the databases of an account use on servers of one kind, in bytes, even if they do not count for its disk usage.
 * The last measured value, with a warning, if the server cannot be asked. Undefined, with a warning, if this server has
 * none of this kind.
 * @param isCached true: the last measured value, if there is one.
 */
export async function spaceOf(
  context: Measuring,
  username: string,
  { engine, isCached }: { readonly engine: DatabaseEngine; readonly isCached: boolean },
  readSizes: ReadSizes,
): Promise<number | undefined> {
  const { machine, transaction, warn } = context;
  const { ROLE, name } = engines[engine];
  const { last, server, hasRole } = await transaction('reads', async (db) => ({
    last: (await lastMeasured(db, username))[engine],
    server: (await usedServers(db, [username])).find((one) => one.engine === engine),
    hasRole: (await rolesOf({ db, system: machine.system })).has(ROLE),
  }));
  if (!hasRole || server === undefined) {
    warn(`${name} databases cannot be measured: this server does not have the role “${ROLE}”.`);
    return undefined;
  }
  if (isCached && last > 0) return last * BLOCK;
  const bytes = await bytesOn(server, context, readSizes);
  return bytes === undefined ? last * BLOCK : (bytes.get(username) ?? 0);
}

/** True if databases count for the disk usage of accounts: a tweak setting. */
async function areCounted(db: Db): Promise<boolean> {
  return ((await tweakSettings.read(db, 'Main', 'disk_usage_include_sqldbs')) ?? '1') === '1';
}

async function usedServers(db: Db, usernames: readonly string[]): Promise<UsedServer[]> {
  const [one, ...others] = usernames;
  if (one === undefined) return [];
  const wanted = async (engine: DatabaseEngine) =>
    others.length > 0 ? undefined : (await engines[engine].wantedOf(db, one)).databases;
  const byProfile = new Map<string, UsedServer & { readonly usernames: string[] }>();
  for (const [username, { profile, at }] of await serversOf(db, usernames)) {
    const used = byProfile.get(profile);
    if (used !== undefined) used.usernames.push(username);
    else {
      const server = { engine: 'mysql' as const, at, wanted: await wanted('mysql'), usernames: [username] };
      byProfile.set(profile, server);
    }
  }
  return [
    ...byProfile.values(),
    { engine: 'postgresql', at: undefined, wanted: await wanted('postgresql'), usernames },
  ];
}

/** What the accounts of a server use there. Undefined, with a warning, if it cannot be asked. */
async function bytesOn(
  server: UsedServer,
  context: Measuring,
  readSizes: ReadSizes,
): Promise<ReadonlyMap<string, number> | undefined> {
  const { engine, at, usernames } = server;
  const sizes = await readSizes(context, server).catch((error: unknown) => {
    // The password of a server over the network may be lost.
    if (!(error instanceof MachineError || error instanceof ApiError)) throw error;
    const where = at === undefined ? '' : ` on ${at.host}:${at.port}`;
    context.warn(
      `The disk usage of the ${engines[engine].name} databases${where} is the last measured value: ${error.message}`,
    );
    return undefined;
  });
  if (sizes === undefined || sizes.size === 0) return sizes;
  const ownerOf = await context.transaction('reads', (db) => ownersOf(db, engine, usernames, sizes));
  const bytes = new Map<string, number>();
  for (const [name, size] of sizes) {
    const owner = ownerOf(name);
    if (owner !== undefined) bytes.set(owner, (bytes.get(owner) ?? 0) + size);
  }
  return bytes;
}

/** Whose a database is. The sizes of one account are few, and those of many are most that there are. */
async function ownersOf(
  db: Db,
  engine: DatabaseEngine,
  usernames: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Promise<(name: string) => string | undefined> {
  const { DATABASES } = engines[engine];
  const stored =
    usernames.length > 1
      ? await owners.listAll(db, DATABASES)
      : await Promise.all([...sizes.keys()].map((name) => owners.find(db, DATABASES, name)));
  const ownerOf = new Map(stored.flatMap((row) => (row === undefined ? [] : [[row.name, row.owner]])));
  const byPrefix = new Map(
    usernames.flatMap((username) => prefixesOf(username).map((prefix) => [prefix, username] as const)),
  );
  return (name) => ownerOf.get(name) ?? byPrefix.get(name.slice(0, name.indexOf('_') + 1));
}

/** What was measured last. */
export async function lastMeasured(db: Db, username: string): Promise<Record<DatabaseEngine, number>> {
  const row = await db.get<Record<DatabaseEngine, number>>(
    'SELECT mysql_blocks_used AS mysql, postgresql_blocks_used AS postgresql FROM account WHERE username = ?',
    username,
  );
  return row ?? { mysql: 0, postgresql: 0 };
}
