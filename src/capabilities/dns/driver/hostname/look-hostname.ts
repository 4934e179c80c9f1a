// What sethostname reads before its transaction begins.
import type { Machine } from '../../../../core/machine.ts';
import { lookAtZones } from '../zones/look-zones.ts';
import type { FoundZone } from '../zones/contract.ts';

export interface FoundForHostname {
  /** The closest of the zones that were asked for. */
  readonly zone: FoundZone | undefined;
  /** The fingerprint of this server's self-signed certificate. */
  readonly certificate: string | undefined;
}

/** @param zoneNames the zones that can contain the hostname, the closest first. */
export async function lookForHostname(
  machine: Machine,
  zoneNames: readonly string[],
): Promise<FoundForHostname> {
  const zones = await lookAtZones(machine, zoneNames);
  const closest = zoneNames.find((name) => zones.has(name));
  return {
    zone: closest === undefined ? undefined : zones.get(closest),
    certificate: await (await machine.ownCertificate()).fingerprint(),
  };
}
