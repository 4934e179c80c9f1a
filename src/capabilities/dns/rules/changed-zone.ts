// A zone file as drivers read and write it: text, and a name without the final dot.
import { ApiError, badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { readDomain } from './names.ts';
import { octetsOf, textOf } from './octets.ts';
import { assertSerial, isNewer } from './serial.ts';
import { editZone, type ZoneChanges } from './zone-edits.ts';
import { readZone, soaOf, type ZoneFile, ZoneFileError } from './zone-file.ts';

export interface ZoneText {
  readonly name: string;
  readonly text: string;
  /** The serial that the nameserver answers with: it raises that of a signed zone by itself. Absent for other zones. */
  readonly servedSerial?: number | undefined;
}

/**
 * The name of a zone in the form that drivers use.
 * @throws ApiError `bad_param`
 */
export function readZoneName(param: string, given: string): string {
  return readDomain(param, given).slice(0, -1);
}

/** With the serial that the nameserver answers with, so that callers see one serial, and the next one is higher. */
export function zoneFileOf({ name, text, servedSerial }: ZoneText): ZoneFile {
  const file = readZone(octetsOf(text), `${name}.`);
  const soa = soaOf(file);
  const token = soa?.layout.data[2];
  if (servedSerial === undefined || token === undefined || !isNewer(servedSerial, Number(soa?.items[2])))
    return file;
  const [before, after] = [file.text.slice(0, token.start), file.text.slice(token.end)];
  return readZone(`${before}${servedSerial}${after}`, file.zone);
}

/** @throws ApiError as `editZone` does, and `host_failed` naming the line if the file cannot be edited */
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

/** Runs work on the file of a zone. An error in the file becomes a failure that names the zone. */
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

/** The serial of a zone. Undefined if it has no SOA record. */
export function serialOf(zone: ZoneFile): number | undefined {
  const serial = soaOf(zone)?.items[2];
  return serial === undefined ? undefined : Number(serial);
}

/**
 * Checks the caller’s serial, if there is one, against the zone’s.
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
