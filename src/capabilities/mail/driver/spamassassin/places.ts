// Where SpamAssassin’s files are on Debian. It reads the preferences of an account in a folder of root, never in a home.
import type { FileAttributes } from '../../../../core/machine-daemons.ts';

export const UNIT = 'spamd';
/** The user that it runs as. */
export const USER = 'debian-spamd';
/** The group of Exim. */
export const EXIM = 'Debian-exim';
export const DIRECTORIES = ['/etc/spamassassin', '/etc/systemd/system', '/etc/exim4'];

/** Before `local.cf`, in which an administrator can set something else. */
export const CONFIGURATION = '/etc/spamassassin/10_whmapi1.cf';
export const LIMITS_FOLDER = '/etc/systemd/system/spamd.service.d';
/** How it is started. */
export const LIMITS = `${LIMITS_FOLDER}/whmapi1.conf`;
/** A folder for each account that has preferences. */
export const PREFERENCES = '/etc/spamassassin/whmapi1';
export const preferencesOf = (username: string) => `${PREFERENCES}/${username}`;
/** systemd creates it with the daemon. Exim alone can open the socket in it. */
export const RUNTIME_FOLDER = 'whmapi1-spamd';
export const SOCKET = `/run/${RUNTIME_FOLDER}/socket`;

export const readable: FileAttributes = { group: USER, mode: 0o640 };
export const folder: FileAttributes = { group: USER, mode: 0o750 };
