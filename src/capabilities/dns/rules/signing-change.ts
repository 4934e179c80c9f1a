// How DNSSEC changes the zone file itself. Signing does not change it; disabling DNSSEC raises its serial.
import { changedZone, ofFile, zoneFileOf, type ZoneText } from './changed-zone.ts';
import { isNewer, nextSerial } from './serial.ts';
import { soaOf } from './zone-file.ts';

/**
 * Returns the file of a zone that is no longer signed. Its serial is higher than that of the signed version, so that
 * secondaries copy it. @param served the serial of the signed version; undefined if it is not served. @throws ApiError
 * `host_failed` if the zone file cannot be edited.
 */
export function unsignedText(found: ZoneText, served: number | undefined, today: Date): string {
  const soa = ofFile(found.name, () => soaOf(zoneFileOf(found)));
  const present = Number(soa?.items[2] ?? 0);
  if (soa === undefined || served === undefined || !isNewer(served, present)) {
    return changedZone(found, {}, today).text;
  }
  const items = soa.items.with(2, String(nextSerial(served, today)));
  return changedZone(found, { edit: [{ line: soa.line, record: { ...soa, items } }] }, today).text;
}
