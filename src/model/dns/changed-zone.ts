// A zone file as a driver reads and writes it: text, and a name without the dot at the end.
import { ApiError, badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { readDomain } from './names.ts';
import { octetsOf, textOf } from './octets.ts';
import { assertSerial } from './serial.ts';
import { editZone, type ZoneChanges } from './zone-edits.ts';
import { readZone, soaOf, type ZoneFile, ZoneFileError } from './zone-file.ts';

export interface ZoneText {
  readonly name: string;
  readonly text: string;
}

/**
 * The name of a zone as drivers have it.
 * @throws ApiError `bad_param`
 */
export function readZoneName(param: string, given: string): string {
  return readDomain(param, given).slice(0, -1);
}

export function zoneFileOf({ name, text }: ZoneText): ZoneFile {
  return readZone(octetsOf(text), `${name}.`);
}

/**
 * @throws ApiError as `editZone`, and `host_failed` with the line of a file that cannot be edited
 */
export function changedZone(
  found: ZoneText,
  changes: ZoneChanges,
  today: Date,
): { text: string; serial: number } {
  return ofFile(found.name, () => {
    const { zone, serial } = editZone(zoneFileOf(found), changes, today);
    return { text: textOf(zone.text), serial };
  });
}

/** Runs work on the file of a zone; what is wrong with the file becomes a failure that names the zone. */
export function ofFile<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ZoneFileError)) throw error;
    throw new ApiError('host_failed', `The zone ${quote(name)} cannot be used. ${error.message}`, {
      cause: error,
    });
  }
}

/** The serial of a zone; undefined if it has no SOA record. */
export function serialOf(zone: ZoneFile): number | undefined {
  const serial = soaOf(zone)?.items[2];
  return serial === undefined ? undefined : Number(serial);
}

/**
 * Checks the serial that a caller has seen, if it gave one.
 * @throws ApiError `bad_param`
 */
export function assertSeen(param: string, given: string | number | undefined, zone: ZoneFile): void {
  if (given === undefined || given === '') return;
  if (!/^\d{1,10}$/.test(String(given))) {
    throw badParam(
      `The parameter “${param}” should be the zone’s serial number, not ${quote(String(given))}.`,
    );
  }
  assertSerial(Number(given), serialOf(zone) ?? 0);
}
