// The zones that can have the names of service subdomains: those of main, parked and addon domains.
import type { Db } from '../../../core/context.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as assignments from '../../addresses/rules/ipv6-assignments.ts';
import { findPublicAddress } from '../../addresses/rules/nat.ts';
import { listOf, taken } from '../../domains/rules/hosted-domains.ts';
import { allServiceNames, areDiscovered, serviceNamesOf } from '../../domains/rules/service-subdomains.ts';
import { ttlOf } from './new-zone.ts';
import type { ServiceRecords } from './service-records.ts';

export interface ZoneOfServices {
  readonly name: string;
  /** Without the names that are domains of accounts. */
  readonly records: ServiceRecords;
  /** The records of the names that only other accounts have, such as those of resellers. */
  readonly others: ServiceRecords;
}

/** Lists the zones of this server’s accounts, or of one account. The nameserver may not have all of them. */
export async function listZones(
  db: Db,
  { hostname, only }: { readonly hostname: string; readonly only?: string | undefined },
): Promise<ZoneOfServices[]> {
  const ttl = await ttlOf(db, 'TTL');
  const hasDiscovery = await areDiscovered(db);
  const zones: ZoneOfServices[] = [];
  for (const { username, domain, ip } of await accounts.listAll(db)) {
    if (only !== undefined && username !== only) continue;
    const namesOf = await serviceNamesOf(db, username);
    const ipv4 = await findPublicAddress(db, ip);
    const ipv6 = (await assignments.find(db, username))?.address;
    const aliases = (await listOf(db, username)).filter(({ servedBy }) => servedBy !== null);
    for (const name of [domain, ...aliases.map((one) => one.domain)]) {
      const all = allServiceNames(name);
      const separate = await taken(db, all);
      const free = all.filter((one) => !separate.has(one));
      const own = namesOf(name);
      const mail = { domain: name, hostname };
      const of = (names: readonly string[], hasMail: boolean) => ({
        ...{ names, ttl, ipv4, ipv6 },
        mail: hasMail ? mail : undefined,
      });
      zones.push({
        name,
        records: of(
          free.filter((one) => own.includes(one)),
          hasDiscovery,
        ),
        others: of(
          free.filter((one) => !own.includes(one)),
          !hasDiscovery,
        ),
      });
    }
  }
  return zones;
}
