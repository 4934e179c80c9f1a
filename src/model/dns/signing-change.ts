// What DNSSEC changes in a zone's own file: nothing while it is signed, and its serial once it no longer is.
import { changedZone, ofFile, zoneFileOf, type ZoneText } from './changed-zone.ts';
import { isNewer, nextSerial } from './serial.ts';
import { soaOf } from './zone-file.ts';

/**
 * The file of a zone that is served without signatures from now on. Its serial is newer than that of the signed version, so
 * that secondaries copy it.
 * @param served the serial of the signed version; undefined if it is not served.
 * @throws ApiError `host_failed` for a zone file that cannot be edited.
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
