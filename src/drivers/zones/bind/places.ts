// Where BIND's files are on Debian. Its AppArmor profile lets named read /etc/bind, and write /var/lib/bind.
import type { FileAttributes } from '../../../core/machine-daemons.ts';
import { fileNameOf } from './names.ts';

export const DIRECTORIES = ['/etc/bind', '/var/lib/bind'];
/** Where a hand-made configuration belongs: one line of it includes ours. */
export const LOCAL = '/etc/bind/named.conf.local';
/** The block `options` of Debian's configuration: one line in it includes ours. */
export const OPTIONS = '/etc/bind/named.conf.options';
export const OUR_OPTIONS = '/etc/bind/whmapi1/options.conf';
/** What named reads first. */
export const CONFIGURATION = '/etc/bind/named.conf';
/** Where a private server of a sandbox listens for rndc, and the key of it. */
export const RNDC_CONFIGURATION = '/etc/bind/rndc.conf';
export const OURS = '/etc/bind/whmapi1.conf';
export const KEYS = '/etc/bind/whmapi1/keys.conf';
export const STATEMENTS = '/etc/bind/whmapi1/zones';
/** BIND refuses an `include` of a pattern that matches nothing. */
export const FIRST_STATEMENT = `${STATEMENTS}/00-first.conf`;
export const ZONES = '/var/lib/bind/whmapi1';
export const SIGNING_KEYS = '/var/lib/bind/whmapi1/keys';
/** Of zones that other servers are the primaries of: named writes them. */
export const COPIES = '/var/lib/bind/whmapi1/copies';
export const CATALOG = '/var/lib/bind/whmapi1/catalog~.db';

/** The policies that zones are signed by. */
export const POLICIES = '/etc/bind/whmapi1/policies.conf';

/** One for each zone, so that two changes never write the same file. */
export const statementFile = (zone: string) => `${STATEMENTS}/${fileNameOf(zone)}.conf`;
/** The copy of another server's catalog zone. */
export const catalogCopy = (catalog: string) => `${COPIES}/${fileNameOf(catalog)}.db`;
export const zoneFile = (zone: string) => `${ZONES}/${fileNameOf(zone)}.db`;

export const readable: FileAttributes = { group: 'bind', mode: 0o640 };
export const shared: FileAttributes = { group: 'bind', mode: 0o644 };
/** named writes signed versions, journals and keys beside the zones. */
const writable: FileAttributes = { group: 'bind', mode: 0o770 };

export const FOLDERS = [
  { path: '/etc/bind/whmapi1', attributes: { group: 'bind', mode: 0o750 } },
  { path: STATEMENTS, attributes: { group: 'bind', mode: 0o750 } },
  { path: ZONES, attributes: writable },
  { path: SIGNING_KEYS, attributes: writable },
  { path: COPIES, attributes: writable },
];
