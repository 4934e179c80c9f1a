// Anonymous FTP: visitors of an account read a folder of it without a password.
import type { Account } from '../../accounts/rules/accounts.ts';
import type { FtpSettings } from './ftp-accounts.ts';

/** The feature of an account that may have it. */
export const ANONYMOUS_FEATURE = 'ftpsetup';
/** What visitors see, below the home. */
export const PUBLIC_FOLDER = 'public_ftp';
/** Below it: where they may write. */
export const INCOMING = 'incoming';
/** What they are shown when they log in. */
export const WELCOME = `${PUBLIC_FOLDER}/welcome.msg`;

/** How ProFTPD is set up for it. Null: not at all. */
export function anonymousOf(
  { home, domain }: Pick<Account, 'home' | 'domain'>,
  { anonymous, incoming }: Pick<FtpSettings, 'anonymous' | 'incoming'>,
) {
  return anonymous ? { home, domain, folder: PUBLIC_FOLDER, incoming: incoming ? INCOMING : null } : null;
}

/** Its user, in ProFTPD’s terms: no password is right for it, and none is asked for. */
export const anonymousLogin = ({ domain }: Pick<Account, 'domain'>): string => `anonymous@${domain}`;
