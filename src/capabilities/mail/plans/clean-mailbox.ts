// Removes messages of a mailbox or of its queue, or ends its sessions.
import { defineChange, type Plan } from '../../../core/plan.ts';
import type { FolderName } from '../driver/dovecot/look-mailboxes.ts';
import emptyFolder from '../driver/dovecot/steps/empty-folder.ts';
import endSessions from '../driver/dovecot/steps/end-sessions.ts';
import expunge from '../driver/dovecot/steps/expunge.ts';
import removeHeld from '../driver/exim/steps/remove-held.ts';

const change = defineChange<null>({
  kind: 'clean-mailbox',
  // Only the machine has messages and sessions.
  store: async () => undefined,
});
export default change;

export function expungeMessages(user: string, folder: FolderName, query: readonly string[]): Plan {
  return change.plan(null, { locks: [], steps: [expunge.plan({ user, folder, query })] });
}

/** @param ids of messages that the mailbox has sent while it was held. */
export function removeHeldMessages(username: string, address: string, ids: readonly string[]): Plan {
  return change.plan(null, { locks: [], steps: [removeHeld.plan({ username, address, ids })] });
}

/** All sessions of IMAP, POP3 and ManageSieve of an account and its mailboxes. */
export function endMailSessions(username: string, domains: readonly string[]): Plan {
  const masks = [username, ...domains.map((domain) => `*@${domain}`)];
  return change.plan(null, { locks: [], steps: [endSessions.plan({ masks })] });
}

/** All messages of a folder of several mailboxes. */
export function cleanMailboxes(users: readonly string[], folder: string): Plan {
  return change.plan(null, { locks: [], steps: [emptyFolder.plan({ users, folder })] });
}
