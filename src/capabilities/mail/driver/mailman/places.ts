// Where Mailman’s files are on Debian, and where it listens. Only root can open ports below 1024 for it: no program of an
// account can answer in its place.
import type { FileAttributes } from '../../../../core/machine-daemons.ts';
import { FOLDER as EXIM } from '../exim/places.ts';

export const UNIT = 'mailman3';
/** Debian’s own, `mailman.cfg`, is not used. */
export const CONFIGURATION = '/etc/mailman3/whmapi1.cfg';
export const LIMITS_FOLDER = '/etc/systemd/system/mailman3.service.d';
/** How it is started. */
export const LIMITS = `${LIMITS_FOLDER}/whmapi1.conf`;
/** With which Mailman sends mail, as Exim reads it. */
export const SENDING_SECRET = `${EXIM}/lists-secret`;
export const DIRECTORIES = ['/etc/mailman3', '/etc/systemd/system', '/etc/exim4'];

export const LMTP_PORT = 581;
export const REST_PORT = 582;
/** The name with which Mailman logs in to Exim. No account or mailbox can have it. */
export const SENDER = '+lists';

export const secretFile: FileAttributes = { group: 'list', mode: 0o640 };
