// Names of zones, and of their files.
import { digestOf } from '../../../../../ground/driver/file-driver.ts';

/** Letters, digits, “-” and “_”; “/” for reverse zones of small networks (RFC 2317). */
const LABEL = /^[a-z0-9_](?:[a-z0-9_/-]{0,61}[a-z0-9_])?$/;
/** named appends up to twelve characters to the name of the file: `.signed.jnl`. */
const MAX_FILE_NAME = 200;

/** @throws TypeError */
export function assertZoneName(name: string): void {
  if (name.length > 253 || !name.split('.').every((label) => LABEL.test(label))) {
    throw new TypeError('Invalid zone name: use lower-case labels of up to 63 letters, digits, “-” and “_”.');
  }
}

/** Returns a name without an extension. Different zones have different names. */
export function fileNameOf(zone: string): string {
  assertZoneName(zone);
  const name = zone.replaceAll('/', '%2f');
  return name.length <= MAX_FILE_NAME ? name : `${name.slice(0, 180)}~${digestOf(zone).slice(0, 16)}`;
}

/** Returns undefined if only the file itself contains the name. */
export function zoneOfFileName(name: string): string | undefined {
  return name.includes('~') ? undefined : name.replaceAll('%2f', '/');
}
