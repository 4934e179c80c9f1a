// Ties the name of a server to a machine. Two machines with one name would treat each other's unfinished operations as
// abandoned, and undo them on the wrong machine.
import type pg from 'pg';
import { ApiError } from '../../core/errors.ts';

/** @throws ApiError `store_unavailable` if another machine has the name. */
export async function claimServerName(
  client: pg.ClientBase,
  { server, machine, name }: { readonly server: string; readonly machine: string; readonly name: string },
): Promise<void> {
  const find = 'SELECT machine FROM server WHERE name = $1';
  const known = async () => (await client.query<{ machine: string }>(find, [server])).rows[0]?.machine;
  let owner = await known();
  if (owner === undefined) {
    await client.query('INSERT INTO server (name, machine) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING', [
      server,
      machine,
    ]);
    owner = await known();
  }
  if (owner === machine) return;
  throw new ApiError(
    'store_unavailable',
    `The store “${name}” already has another server named “${server}”. Name this one differently, on the second line of ` +
      `store.url or in WHMAPI1_SERVER_NAME. If this server replaces the other one and has its accounts, forget the ` +
      `other one on a third server: \`whmapi1 --forget-server ${server} --accounts keep\`. Without a third server, run in the ` +
      `database: DELETE FROM server WHERE name = '${server}'`,
  );
}
