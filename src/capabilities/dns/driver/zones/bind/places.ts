// Where BIND's files are on Debian. Its AppArmor profile lets named read /etc/bind, and write /var/lib/bind.
import type { FileAttributes } from '../../../../../core/machine-daemons.ts';
import { digestOf } from '../../../../../ground/driver/file-driver.ts';

export const DIRECTORIES = ['/etc/bind', '/var/lib/bind'];
/** The file for local configuration. One line in it includes ours. */
export const LOCAL = '/etc/bind/named.conf.local';
/** The file with the block `options` in Debian's configuration. One line in it includes ours. */
export const OPTIONS = '/etc/bind/named.conf.options';
export const OUR_OPTIONS = '/etc/bind/whmapi1/options.conf';
/** The file that named reads first. */
export const CONFIGURATION = '/etc/bind/named.conf';
/** The port where a sandbox's private server listens for rndc, and its key. */
export const RNDC_CONFIGURATION = '/etc/bind/rndc.conf';
export const OURS = '/etc/bind/whmapi1.conf';
export const KEYS = '/etc/bind/whmapi1/keys.conf';
export const STATEMENTS = '/etc/bind/whmapi1/zones';
/** BIND rejects an `include` whose pattern matches nothing. */
export const FIRST_STATEMENT = `${STATEMENTS}/00-first.conf`;
const ZONES = '/var/lib/bind/whmapi1';
export const SIGNING_KEYS = '/var/lib/bind/whmapi1/keys';
/** Copies of zones whose primaries are other servers. named writes them. */
export const COPIES = '/var/lib/bind/whmapi1/copies';
export const CATALOG = '/var/lib/bind/whmapi1/catalog~.db';

/** The DNSSEC policies of signed zones. */
export const POLICIES = '/etc/bind/whmapi1/policies.conf';

/** One file for each zone, so that two changes never write the same file. */
export const statementFile = (zone: string) => `${STATEMENTS}/${fileNameOf(zone)}.conf`;
/** The copy of another server's catalog zone. */
export const catalogCopy = (catalog: string) => `${COPIES}/${fileNameOf(catalog)}.db`;
export const zoneFile = (zone: string) => `${ZONES}/${fileNameOf(zone)}.db`;

export const readable: FileAttributes = { group: 'bind', mode: 0o640 };
export const shared: FileAttributes = { group: 'bind', mode: 0o644 };
/** named writes signed versions, journals and keys next to the zones. */
const writable: FileAttributes = { group: 'bind', mode: 0o770 };

export const FOLDERS = [
  { path: '/etc/bind/whmapi1', attributes: { group: 'bind', mode: 0o750 } },
  { path: STATEMENTS, attributes: { group: 'bind', mode: 0o750 } },
  { path: ZONES, attributes: writable },
  { path: SIGNING_KEYS, attributes: writable },
  { path: COPIES, attributes: writable },
];

// Names of zones, and of their files.

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
function fileNameOf(zone: string): string {
  assertZoneName(zone);
  const name = zone.replaceAll('/', '%2f');
  return name.length <= MAX_FILE_NAME ? name : `${name.slice(0, 180)}~${digestOf(zone).slice(0, 16)}`;
}

/** Returns undefined if only the file itself contains the name. */
export function zoneOfFileName(name: string): string | undefined {
  return name.includes('~') ? undefined : name.replaceAll('%2f', '/');
}
