// All zones of an account: those of its domains, and those that were added for it. A function reads them before its
// transaction begins.
import type { Context, Db } from '../../../core/context.ts';
import { LookAgain } from '../../../core/machine-error.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { zoneFileOf } from './changed-zone.ts';
import type { FoundZone } from './site-addresses.ts';
import { recordsOf } from './zone-file.ts';
import { listOf } from './zone-owners.ts';

type Owner = Pick<Account, 'username' | 'domain'>;

/** The names of their zones. Undefined on a server without the role DNS. */
export async function zoneNamesOf(
  { db, system }: Pick<Context, 'db' | 'system'>,
  owners: readonly Owner[],
): Promise<string[] | undefined> {
  if (!(await rolesOf({ db, system })).has('DNS')) return undefined;
  const lists: string[][] = [];
  for (const owner of owners) lists.push(await listOf(db, owner));
  return lists.flat();
}

export interface LookedZones {
  /** The names that were looked for. Undefined on a server without the role DNS. */
  readonly looked: readonly string[] | undefined;
  readonly zones: ReadonlyMap<string, FoundZone>;
}

/** Returns the zones of an account that were read. @throws LookAgain if it has got another one since. */
export async function zonesOf(db: Db, owner: Owner, { looked, zones }: LookedZones): Promise<FoundZone[]> {
  if (looked === undefined) return [];
  const names = await listOf(db, owner);
  const missed = names.find((name) => !looked.includes(name));
  if (missed !== undefined) throw new LookAgain(`The domain “${missed}” was changed in the meantime.`);
  return names.flatMap((name) => zones.get(name) ?? []);
}

/** Returns the names of the zones that have the address in an A record. */
export function zonesNaming(address: string, zones: readonly FoundZone[]): string[] {
  return zones
    .filter((zone) =>
      recordsOf(zoneFileOf(zone)).some(({ type, items: [data] }) => type === 'A' && data === address),
    )
    .map(({ name }) => name);
}
