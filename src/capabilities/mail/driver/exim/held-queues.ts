// The names of the queues for mail that is held. `configuration.ts` has Exim use the same names.
import { createHash } from 'node:crypto';
import type { Mailbox, MailState } from '../../rules/state.ts';

const SUFFIX_LENGTH = 12;
const QUEUE = /^held-([a-z][a-z0-9_-]{0,31}?)(?:-[0-9A-F]{12})?$/;

/** The queue of an account, or of one of its mailboxes. */
export function heldQueue(username: string, address?: string): string {
  if (address === undefined) return `held-${username}`;
  const digest = createHash('sha256').update(address).digest('hex').toUpperCase();
  return `held-${username}-${digest.slice(0, SUFFIX_LENGTH)}`;
}

/** The account that a queue belongs to. Undefined if it is not a queue for held mail. */
export const ownerOfQueue = (queue: string): string | undefined => QUEUE.exec(queue)?.[1];

const queueOf = (username: string, { localPart, domain }: Mailbox) =>
  heldQueue(username, `${localPart}@${domain}`);

/** The queues of an account with mail that waits until the account, or a mailbox, may send again. */
export function waitingQueues(username: string, { settings, mailboxes }: MailState): string[] {
  const own = settings.some(({ outgoing }) => outgoing !== 'open') ? [heldQueue(username)] : [];
  const waiting = mailboxes.filter(({ outgoing }) => outgoing !== 'open');
  return [...own, ...waiting.map((mailbox) => queueOf(username, mailbox))];
}

/** The same queues, only those of mailboxes that no longer exist. */
export function queuesOfRemoved(username: string, before: MailState, after: MailState): string[] {
  const kept = new Set(after.mailboxes.map((mailbox) => queueOf(username, mailbox)));
  const removed = before.mailboxes.filter((mailbox) => !kept.has(queueOf(username, mailbox)));
  return waitingQueues(username, { ...before, settings: [], mailboxes: removed });
}

/** True if the sender may send: what is in its queue has come too late for the release. */
export function isReleased(queue: string, username: string, { settings, mailboxes }: MailState): boolean {
  const sender = queue === heldQueue(username) ? (settings[0] ?? { outgoing: 'open' }) : undefined;
  const found = sender ?? mailboxes.find((mailbox) => queueOf(username, mailbox) === queue);
  return found?.outgoing === 'open';
}
