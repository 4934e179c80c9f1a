// The default nameservers of new zones on this server. Resellers can have their own.
import type { Context, Db } from '../../../core/context.ts';
import { findPublicAddress } from '../../addresses/rules/nat.ts';
import { listNameservers } from '../../accounts/rules/resellers/addresses.ts';

export interface Nameserver {
  /** A hostname without the final dot. */
  readonly name: string;
  /** Its IPv4 address, for zones that contain the name. */
  readonly ip?: string | undefined;
}

/** The maximum for the server and for each zone. */
export const MAX_NAMESERVERS = 4;

/** In order. Empty if none are set. */
export async function list(db: Db): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    'SELECT name FROM nameserver WHERE server = ? ORDER BY position',
    db.server,
  );
  return rows.map(({ name }) => name);
}

/** The one at a position, from 1 to 4; empty if none is set. */
export async function at(db: Db, position: number): Promise<string> {
  const row = await db.get<{ name: string }>(
    'SELECT name FROM nameserver WHERE server = ? AND position = ?',
    ...[db.server, position],
  );
  return row?.name ?? '';
}

/** By position, from 1 to 4. An empty name removes a nameserver, undefined keeps it. */
export async function update(db: Db, names: readonly (string | undefined)[]): Promise<void> {
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    await db.run('DELETE FROM nameserver WHERE server = ? AND position = ?', db.server, index + 1);
    if (name === '') continue;
    await db.run(
      'INSERT INTO nameserver (server, position, name) VALUES (?, ?, ?)',
      db.server,
      index + 1,
      name,
    );
  }
}

/** The nameservers for zones of a user's accounts: the reseller's own, otherwise the server's. */
export async function listFor(db: Db, owner: string): Promise<string[]> {
  const own = owner === 'root' ? [] : await listNameservers(db, owner);
  return own.length > 0 ? own : list(db);
}

/**
 * The same nameservers, each with its address if it is this server. Zones that contain the nameserver's name need it.
 */
export async function listServersFor(
  { db, system }: Pick<Context, 'db' | 'system'>,
  owner: string,
): Promise<Nameserver[]> {
  const ip = await findPublicAddress(db, system.addresses()[0]);
  return (await listFor(db, owner)).map((name) => ({ name, ip }));
}
