// The mailboxes of the account that calls, with their disk usage.
import type { Context, FreeContext } from '../../../../core/context.ts';
import { lookAtUsage, type MailboxUsage } from '../../driver/mailboxes/look-disk-usage.ts';
import { assertOwnDomain, matchingMailboxes, ownMail, textOf } from '../../rules/email-form.ts';
import { readState } from '../../rules/state.ts';
import { usageRow, type UsedMailbox } from '../../rules/usage-form.ts';

export interface Wanted {
  readonly domain?: string | undefined;
  readonly regex?: string | undefined;
  readonly email?: string | undefined;
}

/** The disk usage of the account’s mailboxes, by their folder. */
export async function lookAtOwnUsage({ machine, transaction, caller }: FreeContext) {
  const { mailboxes } = await transaction('reads', (db) => readState(db, caller.user));
  const folders = mailboxes.map(({ folder }) => folder);
  return lookAtUsage(machine, caller.user, folders);
}

/** @throws ApiError `bad_param`. */
export async function usedMailboxes(
  context: Pick<Context, 'db' | 'caller'>,
  { domain, regex, email }: Wanted,
  usages: ReadonlyMap<string, MailboxUsage>,
): Promise<readonly UsedMailbox[]> {
  const owner = await ownMail(context);
  if (domain !== undefined) assertOwnDomain(owner, 'domain', domain);
  const matches = await matchingMailboxes(regex);
  const { mailboxes } = await readState(context.db, owner.account.username);
  return mailboxes
    .filter((one) => domain === undefined || one.domain === domain)
    .filter((one) => matches(textOf(one)))
    .filter((one) => email === undefined || one.localPart === email || textOf(one) === email)
    .map((mailbox) => ({
      mailbox,
      ...(usages.get(mailbox.folder) ?? { bytes: 0, changedAt: 0 }),
      isSuspended: owner.account.suspendedAt !== null,
    }));
}

export const usageRows = async (...args: Parameters<typeof usedMailboxes>) =>
  (await usedMailboxes(...args)).map(usageRow);
