// Secondary nameservers of this server: those that root adds, and those of the servers that share its store. Each
// authenticates with a key (TSIG, RFC 8945) and finds the zones in a catalog zone (RFC 9432).
import type { Context, Db } from '../../../core/context.ts';
import { ApiError, badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { formatIp, kindOf, parseIp } from '../../addresses/rules/ip.ts';
import { findPublicAddress } from '../../addresses/rules/nat.ts';
import { HEXADECIMAL, randomText } from '../../../ground/rules/random-text.ts';
import { add as addTask } from '../../../ground/rules/tasks/queue.ts';
import { findSealed } from '../../../ground/rules/two-factor/sealed-secrets.ts';

/** The address and port of a nameserver. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface Key {
  readonly name: string;
  readonly algorithm: 'hmac-sha256';
  /** Base64. */
  readonly secret: string;
}

/** In the form that the nameserver’s driver accepts. */
export interface Options {
  readonly keys: readonly Key[];
  readonly secondaries: readonly (Place & { readonly key: string })[];
  readonly catalog: string | null;
  readonly primaries: readonly (Place & { readonly key: string; readonly catalog: string })[];
}

interface KeyRow {
  readonly key_name: string;
  readonly sealed: Uint8Array;
}
interface ServerRow extends Place, KeyRow {
  readonly server: string;
  readonly catalog: string;
}
type SecondaryRow = Place & KeyRow;

type Sealing = Pick<Context, 'sealer' | 'randomBytes'>;

/** The task that writes the nameserver’s configuration: `src/life/tasks/configure-name-server.ts`. */
const TASK = 'configure-name-server';
export const DNS_PORT = 53;
const KEY_BYTES = 32;

/** A secondary nameserver as shown to people. */
export interface Secondary extends Place {
  readonly key: string;
  /** The server’s name, if it shares the store. */
  readonly server: string | null;
}

/** Those that root added, sorted by address, and then those of the store. */
export async function list(db: Db): Promise<Secondary[]> {
  const added = await secondaryRows(db);
  const servers = await serverRows(db);
  const own = servers.find(({ server }) => server === db.server);
  const others = own === undefined ? [] : servers.filter((one) => one !== own);
  return [
    ...added.map(({ address, port, key_name }) => ({ address, port, key: key_name, server: null })),
    ...others.map(({ address, port, server }) => ({ address, port, key: own?.key_name ?? '', server })),
  ];
}

/** The settings that a secondary needs to copy all zones. */
export interface Invitation {
  readonly key: Key;
  readonly primary: Place;
  readonly catalog: string;
}

/** @param own the address of this server. @throws ApiError `bad_param` if the secondary already exists. */
export async function add(context: Sealing & { db: Db }, secondary: Place, own: Place): Promise<Invitation> {
  const { db } = context;
  const { address, port } = secondary;
  if ((await list(db)).some((one) => one.address === address && one.port === port)) {
    throw badParam(`The secondary ${quote(shown(secondary))} already exists.`);
  }
  const { catalog, address: from, port: fromPort } = await ensureServer(context, own);
  const key = await newKey(context, address.replaceAll(/[.:]+/g, '-'));
  await db.run(
    'INSERT INTO dns_secondary (server, address, port, key_name, sealed) VALUES (?, ?, ?, ?, ?)',
    ...[db.server, address, port, key.name, await seal(context, key)],
  );
  return { key, catalog, primary: { address: from, port: fromPort } };
}

/** @throws ApiError `not_found`. */
export async function remove(db: Db, { address, port }: Place): Promise<void> {
  const removed = await db.run(
    'DELETE FROM dns_secondary WHERE server = ? AND address = ? AND port = ?',
    ...[db.server, address, port],
  );
  if (removed === 0) {
    throw notFound(
      `The secondary ${quote(shown({ address, port }))} does not exist. Run “whmapi1 --secondaries” to list the secondaries.`,
    );
  }
  // No other server of the store needs the catalog.
  if (db.server === '' && (await secondaryRows(db)).length === 0) await forget(db);
}

/** @returns whether the other servers of the store have to update their configuration. */
export async function register(context: Sealing & { db: Db }, place: Place): Promise<boolean> {
  const { db } = context;
  const before = (await serverRows(db)).find(({ server }) => server === db.server);
  if (before === undefined && db.server === '') return false;
  const { address, port } = await ensureServer(context, place);
  return before?.address !== address || before.port !== port;
}

/**
 * This server no longer serves DNS. One with a store of its own keeps its catalog, whose name its secondaries know.
 * @returns whether the other servers of the store have to update their configuration.
 */
export async function unregister(db: Db): Promise<boolean> {
  return db.server !== '' && (await forget(db));
}

async function forget(db: Db): Promise<boolean> {
  return (await db.run('DELETE FROM dns_server WHERE server = ?', db.server)) > 0;
}

/** Starts tasks in which the other servers of the store update the configuration of their nameservers. */
export async function updateOthers(db: Db, now: number): Promise<void> {
  for (const { server } of await serverRows(db))
    if (server !== db.server) await addUpdateTask(db, server, now);
}

/** The same on all servers of the store that serve DNS, including this one. */
export async function updateAll(db: Db, now: number): Promise<void> {
  for (const { server } of await serverRows(db)) await addUpdateTask(db, server, now);
}

/** Starts the task that updates the configuration of this server’s nameserver. @returns the ID of the task. */
export function updateOwn(db: Db, now: number, xid: string): Promise<number> {
  return addTask(db, { kind: TASK, input: {}, caller: 'root', xid }, { now });
}

async function addUpdateTask(db: Db, server: string, now: number): Promise<void> {
  const waiting = await db.get(
    "SELECT id FROM task WHERE server = ? AND kind = ? AND state = 'waiting' LIMIT 1",
    ...[server, TASK],
  );
  if (waiting === undefined) {
    await addTask(db, { kind: TASK, input: {}, caller: 'root', xid: '' }, { now, server });
  }
}

/** Contains secrets. @throws ApiError `key_lost`. */
export async function readOptions(db: Db, sealer: Context['sealer']): Promise<Options> {
  const servers = await serverRows(db);
  const own = servers.find(({ server }) => server === db.server);
  if (own === undefined) return { keys: [], secondaries: [], catalog: null, primaries: [] };
  const others = servers.filter((one) => one !== own);
  const added = await secondaryRows(db);
  return {
    keys: await openKeys([own, ...others, ...added], sealer),
    catalog: own.catalog,
    secondaries: [
      ...added.map(({ address, port, key_name }) => ({ address, port, key: key_name })),
      ...others.map(({ address, port }) => ({ address, port, key: own.key_name })),
    ],
    primaries: others.map(({ address, port, key_name, catalog }) => ({
      address,
      port,
      key: key_name,
      catalog,
    })),
  };
}

/** @throws ApiError `key_lost`, which names all that cannot be opened. */
async function openKeys(rows: readonly (Place & KeyRow)[], sealer: Context['sealer']): Promise<Key[]> {
  const keys: Key[] = [];
  const lost: string[] = [];
  let why = '';
  for (const { key_name: name, sealed, ...place } of rows) {
    try {
      const secret = await sealer.open(sealed, purposeOf(name));
      keys.push({ name, algorithm: 'hmac-sha256', secret });
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'key_lost') throw error;
      lost.push(`${name} (${shown(place)})`);
      why = error.message;
    }
  }
  if (lost.length === 0) return keys;
  throw new ApiError(
    'key_lost',
    `The nameserver keeps its configuration as it is, because these keys of zone transfers cannot be decrypted: ` +
      `${lost.join(', ')}. ${why} Then activate the profile again.`,
  );
}

/** `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53`, `[2001:db8::53]:5353`. @throws ApiError `bad_param`. */
export function readPlace(text: string): Place {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^[\]:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const ip = parseIp(bracketed ?? plain ?? text);
  const port = digits === undefined ? DNS_PORT : Number(digits);
  if (ip === undefined || port < 1 || port > 65_535) {
    throw badParam(
      `Invalid nameserver ${quote(text)}: use an IP address, with a port if it is not ${DNS_PORT}, such as ` +
        '192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:5353.',
    );
  }
  if (['unspecified', 'multicast', 'broadcast', 'ipv4Mapped'].includes(kindOf(ip))) {
    throw badParam(`Invalid nameserver ${quote(text)}: no nameserver can have this address.`);
  }
  return { address: formatIp(ip), port };
}

/** In the form that `readPlace` reads. */
export function shown({ address, port }: Place): string {
  if (port === DNS_PORT) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Stores the row of this server with this address. */
async function ensureServer(
  context: Sealing & { db: Db },
  { address: local, port }: Place,
): Promise<ServerRow> {
  const { db } = context;
  const address = await findPublicAddress(db, local);
  const before = (await serverRows(db)).find(({ server }) => server === db.server);
  if (before !== undefined) {
    await db.run('UPDATE dns_server SET address = ?, port = ? WHERE server = ?', address, port, db.server);
    return { ...before, address, port };
  }
  const key = await newKey(context, db.server);
  const row: ServerRow = {
    ...{ server: db.server, address, port, key_name: key.name, sealed: await seal(context, key) },
    catalog: key.name.replace('.transfer.', '.catalog.'),
  };
  await db.run(
    'INSERT INTO dns_server (server, address, port, catalog, key_name, sealed) VALUES (?, ?, ?, ?, ?, ?)',
    ...[row.server, row.address, row.port, row.catalog, row.key_name, row.sealed],
  );
  return row;
}

/** @param text the readable part of its name. */
async function newKey({ randomBytes }: Sealing, text: string): Promise<Key> {
  const [label = ''] = text.replaceAll(/[^a-z0-9.-]/g, '-').split('.');
  const name = [label.slice(0, 40), await randomText(randomBytes, HEXADECIMAL, 8)].filter(
    (one) => one !== '',
  );
  const bytes = await randomBytes(KEY_BYTES);
  return {
    name: `${name.join('-')}.transfer.whmapi1.invalid`,
    algorithm: 'hmac-sha256',
    secret: btoa(String.fromCharCode(...bytes)),
  };
}

const purposeOf = (key: string) => `dns transfer key ${key}`;

async function seal({ sealer, db }: Sealing & { db: Db }, { name, secret }: Key): Promise<Uint8Array> {
  return sealer.seal(secret, purposeOf(name), await findSealed(db));
}

function serverRows(db: Db): Promise<ServerRow[]> {
  return db.all<ServerRow>(
    'SELECT server, address, port, catalog, key_name, sealed FROM dns_server ORDER BY server',
  );
}

function secondaryRows(db: Db): Promise<SecondaryRow[]> {
  return db.all<SecondaryRow>(
    'SELECT address, port, key_name, sealed FROM dns_secondary WHERE server = ? ORDER BY address, port',
    db.server,
  );
}
