// Tells a mailbox by mail that its quota is nearly used. Dovecot starts the program when a change of the mailbox reaches a
// level: as root if it delivers mail, and as the user of the account in its sessions of IMAP.
import { QUOTA_WARNING } from './places.ts';

/** The highest first: Dovecot warns of one level only. */
const LEVELS = [95, 80];

/** The part of a quota that says when the program starts. The command of the mailbox says whose mail it is. */
export const quotaWarnings = (locate: (path: string) => string): string =>
  LEVELS.map(
    (percent) => `  quota_warning whmapi1-${percent} {
    quota_storage_percentage = ${percent}
    execute whmapi1-${percent} {
      driver = fork
      fork_path = ${locate(QUOTA_WARNING)}
      args = ${percent} %{user} %{userdb:sendmail_path}
    }
  }
`,
  ).join('');

/**
 * Without a sender, nobody gets a report about the warning, and by its header, nobody replies to it. The header From has
 * the mailbox itself, because an account may write as nobody else.
 */
export const QUOTA_WARNING_CONTENT = `#!/bin/sh
# Written by whmapi1: a mailbox has used much of its quota. PERCENT ADDRESS COMMAND-OF-EXIM…
percent=$1
address=$2
shift 2
exec "$@" -f '<>' -- "$address" <<END
From: <$address>
To: <$address>
Subject: The mailbox $address has used $percent % of its quota
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

The mail of $address takes $percent % of its quota, or more.
When all of it is used, the mailbox receives no more mail.

Delete mail that is no longer needed, and empty the trash. Or ask for
a larger quota: the owner of the domain can raise it.
END
`;
