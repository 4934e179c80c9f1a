// The owner of a new zone, and whether the caller may add the zone.
import { seesAll } from '../../../core/access.ts';
import type { Context, Db } from '../../../core/context.ts';
import { badParam, denied } from '../../../core/errors.ts';
import { find, maySee, noAccess } from '../../accounts/rules/accounts.ts';
import { taken } from '../../domains/rules/hosted-domains.ts';
import { assertNotReserved } from '../../domains/rules/reserved-domains.ts';
import { isOf, noAccess as noAccessToZone, ownerOf, type ZoneOwner } from './zone-owners.ts';

/**
 * @param trueowner the parameter; default: the caller @param force the parameter @throws ApiError `denied` if the name, a parent domain or a
 * subdomain belongs to another user, or the caller has no access to the owner; `bad_param` if the domain is an
 * account's and “trueowner” is another user
 */
export async function newOwner(
  context: Context,
  zone: string,
  { trueowner, force }: { trueowner: string | undefined; force: boolean },
): Promise<ZoneOwner> {
  const { db, caller } = context;
  await assertNotReserved(context, { domain: zone, kind: 'zone', force });
  const present = await assertMayAdd(context, zone);
  const username = trueowner ?? present?.username ?? caller.user;
  if (present !== undefined && present.username !== username && (await taken(db, [zone])).has(zone)) {
    throw badParam(`The domain “${zone}” belongs to the account “${present.username}”. Omit “trueowner”.`);
  }
  if (username === present?.username) return present;
  const account = await find(db, username);
  if (username !== caller.user && username !== 'root') {
    if (account === undefined || !maySee(caller, account)) throw noAccess(caller, username);
  }
  if (username === 'root' && !seesAll(caller)) throw noAccess(caller, username);
  return { username, account };
}

/**
 * Checks that the caller may add a zone of this name. @returns the present owner of the name @throws ApiError `denied`
 * if the name, a parent domain or a subdomain belongs to another user
 */
export async function assertMayAdd(
  { db, caller }: Pick<Context, 'db' | 'caller'>,
  zone: string,
): Promise<ZoneOwner | undefined> {
  const present = await ownerOf(db, zone);
  if (seesAll(caller)) return present;
  if (present !== undefined && !isOf(caller, present)) throw noAccessToZone(zone);
  for (const other of await related(db, zone)) {
    if (!isOf(caller, await ownerOf(db, other))) {
      throw denied(
        `The zone “${zone}” is a parent domain or a subdomain of another user’s domain. Only root can add ` +
          `it.`,
      );
    }
  }
  return present;
}

/** Known domains that are parents or subdomains of the zone. The owner of one controls a part of the other. */
export async function related(db: Db, zone: string): Promise<string[]> {
  const labels = zone.split('.');
  const above = labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'));
  const end = `.${zone}`;
  const places = above.map(() => '?').join(', ') || "''";
  const isBelow = (column: string) => `substr(${column}, length(${column}) - ${end.length - 1}) = ?`;
  const rows = await db.all<{ name: string }>(
    `SELECT domain AS name FROM account WHERE domain IN (${places}) OR ${isBelow('domain')}
     UNION SELECT domain FROM hosted_domain WHERE domain IN (${places}) OR ${isBelow('domain')}
     UNION SELECT name FROM dns_zone WHERE server = ? AND (name IN (${places}) OR ${isBelow('name')})`,
    ...[...above, end],
    ...[...above, end],
    db.server,
    ...above,
    end,
  );
  return rows.map(({ name }) => name);
}
