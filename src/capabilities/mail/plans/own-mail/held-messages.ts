// The messages that mailboxes of the account that calls have sent while they were held.
import type { FreeContext } from '../../../../core/context.ts';
import { lookAtHeld } from '../../driver/queue/look-held.ts';
import { ownAddress, ownMail, textOf } from '../../rules/email-form.ts';
import { readState } from '../../rules/state.ts';

/**
 * The IDs of the messages of one mailbox, or of all, by their addresses.
 * @throws ApiError `bad_param` if the address is not below a domain of the account.
 */
export async function lookAtOwnHeld(
  { machine, transaction, caller }: FreeContext,
  email: string | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const addresses = await transaction('reads', async (db) => {
    const owner = await ownMail({ db, caller });
    if (email !== undefined) return [textOf(ownAddress(owner, { email }))];
    return (await readState(db, owner.account.username)).mailboxes.map(textOf);
  });
  return lookAtHeld(machine, caller.user, addresses);
}
