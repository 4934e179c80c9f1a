// Where Dovecot’s files are on Debian.
import type { FileAttributes } from '../../../../core/machine-daemons.ts';

export const CONFIGURATION = '/etc/dovecot/dovecot.conf';
/** Files of other functions: settings of Dovecot and its certificate. */
export const OWN_PARTS = '/etc/dovecot/conf.d/99-whmapi1*.conf';
/** A file for each account whose names have certificates of their own. */
export const NAMES = '/etc/dovecot/whmapi1-names';
/** The rules of PAM for the logins of accounts. */
export const PAM = '/etc/pam.d/whmapi1-mail';
/** The program that tells a mailbox that its quota is nearly used. */
export const QUOTA_WARNING = '/etc/dovecot/whmapi1-quota-warning';

export const FOLDER = '/var/lib/whmapi1-mail';
/** The logins, the mailboxes and their places. SQLite, because Dovecot sees each change of it at once. */
export const IDENTITIES = `${FOLDER}/identities.db`;

/** Dovecot’s processes for passwords read it. */
export const readable: FileAttributes = { group: 'dovecot', mode: 0o640 };
export const folder: FileAttributes = { group: 'dovecot', mode: 0o750 };
