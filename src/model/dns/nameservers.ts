// The name servers that new zones of this server get, unless their reseller has others.
import type { Context, Db } from '../../core/context.ts';
import { findPublicAddress } from '../addresses/nat.ts';
import { listNameservers } from '../resellers/addresses.ts';

export interface Nameserver {
  /** A host name, without the dot at the end. */
  readonly name: string;
  /** Its IPv4 address, which a zone that has the name in it needs. */
  readonly ip?: string | undefined;
}

/** A zone, as a server, names at most so many. */
export const MOST_NAMESERVERS = 4;

/** In their order; empty if none are set. */
export async function list(db: Db): Promise<string[]> {
  const rows = await db.all<{ name: string }>(
    'SELECT name FROM nameserver WHERE server = ? ORDER BY position',
    db.server,
  );
  return rows.map(({ name }) => name);
}

/** By position, from 1 to 4; an empty name removes one, and undefined keeps it. */
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

/** Those of zones of a user's accounts: the reseller's own, or else the server's. */
export async function listFor(db: Db, owner: string): Promise<string[]> {
  const own = owner === 'root' ? [] : await listNameservers(db, owner);
  return own.length > 0 ? own : list(db);
}

/** The same with the address that they have if they are this server, which a zone with their names in it needs. */
export async function listServersFor(
  { db, system }: Pick<Context, 'db' | 'system'>,
  owner: string,
): Promise<Nameserver[]> {
  const ip = await findPublicAddress(db, system.addresses()[0]);
  return (await listFor(db, owner)).map((name) => ({ name, ip }));
}
