// The virtual hosts that answer requests for unknown names: one for each address and port, if one was chosen.
import type { Db } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { isWildcard } from '../../../core/wildcards.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import type { Renames } from '../../domains/rules/renamed-domains.ts';

/** `std`: HTTP. `ssl`: HTTPS. */
export type PrimaryType = 'std' | 'ssl';
export const primaryTypes = ['std', 'ssl'] as const satisfies PrimaryType[];

/** The servernames of an account that are primary on its address. */
export type Primaries = Readonly<Partial<Record<PrimaryType, string>>>;

/** The account's dedicated IPv4 address. Empty for the shared addresses, which have the same primaries. */
function addressOf({ ip, settings }: Account): string {
  return settings.dedicatedIp ? ip : '';
}

/** `stored`: the account as it is stored, if its name or address changes. `renames`: domains that get another name. */
export async function primariesOf(
  db: Db,
  account: Account,
  stored: Account,
  renames: Renames = new Map(),
): Promise<Primaries> {
  const rows = await db.all<{ type: PrimaryType; servername: string }>(
    'SELECT type, servername FROM primary_virtual_host WHERE server = ? AND address = ? AND username = ? ORDER BY type',
    ...[db.server, addressOf(account), stored.username],
  );
  return Object.fromEntries(
    rows.map(({ type, servername }) => [type, renames.get(servername) ?? servername]),
  );
}

/** The user whose virtual host is primary on the account's address. Undefined if none was chosen. */
export async function primaryUser(db: Db, account: Account, type: PrimaryType): Promise<string | undefined> {
  const row = await db.get<{ username: string }>(
    'SELECT username FROM primary_virtual_host WHERE server = ? AND address = ? AND type = ?',
    ...[db.server, addressOf(account), type],
  );
  return row?.username;
}

/** Makes a virtual host of the account primary on its address. */
export async function setPrimary(
  db: Db,
  account: Account,
  type: PrimaryType,
  servername: string,
): Promise<void> {
  await db.run(
    `INSERT INTO primary_virtual_host (server, address, type, username, servername) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (server, address, type) DO UPDATE SET username = excluded.username, servername = excluded.servername`,
    ...[db.server, addressOf(account), type, account.username, servername],
  );
}

/** A virtual host has another name. */
export async function rename(db: Db, from: string, to: string): Promise<void> {
  await db.run('UPDATE primary_virtual_host SET servername = ? WHERE servername = ?', to, from);
}

/** @throws ApiError `bad_param` for a wildcard subdomain. */
export function assertCanBePrimary(servername: string): void {
  if (!isWildcard(servername)) return;
  throw badParam(
    `The wildcard subdomain “${servername}” cannot answer for unknown names, because it would then come before the ` +
      'names below its parent domain. Choose another website.',
  );
}
