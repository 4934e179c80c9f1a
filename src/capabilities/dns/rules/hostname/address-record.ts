// The address record of the hostname, if a zone on this server contains it.
import type { Context } from '../../../../core/context.ts';
import { findPublicAddress } from '../../../addresses/rules/nat.ts';
import { ofFile, zoneFileOf } from '../changed-zone.ts';
import { hostnameInZone } from '../hostname-record.ts';
import { ttlOf } from '../new-zone.ts';
import { nextZone, type FoundZone, type NextZone } from '../site-addresses.ts';

/**
 * Returns the next version of the zone. Undefined if no record is added; a message of the call says why.
 * @throws ApiError `host_failed` if the zone file cannot be edited
 */
export async function addressRecord(
  { db, system, now, inform, warn }: Context,
  hostname: string,
  found: FoundZone | undefined,
): Promise<NextZone | undefined> {
  const address = await findPublicAddress(db, system.addresses()[0]);
  if (found === undefined) {
    inform(
      `No DNS zone on this server contains “${hostname}”. If there is no record yet, add one where the zone is: ` +
        `${hostname}. A ${address}`,
    );
    return undefined;
  }
  const { name } = found;
  const inZone = ofFile(name, () => zoneFileOf(found));
  const result = hostnameInZone(inZone, { hostname, address, ttl: await ttlOf(db, 'TTL') });
  switch (result.kind) {
    case 'present':
      return undefined;
    case 'different':
      warn(`The records of “${hostname}” in the DNS zone “${name}” do not have the address ${address}.`);
      return undefined;
    case 'delegated':
      inform(
        `The nameserver ${result.to} is responsible for “${hostname}”. Add an A record with ${address} there.`,
      );
      return undefined;
    case 'missing':
      inform(`The DNS zone “${name}” gets an A record for “${hostname}” with the address ${address}.`);
      return nextZone(found, () => result.changes, new Date(now()));
  }
}
