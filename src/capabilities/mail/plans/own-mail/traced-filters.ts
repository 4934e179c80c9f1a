// What the filters of the account that calls would do with a message.
import type { FreeContext } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import { lookAtFiltered } from '../../driver/dovecot/look-filtered.ts';
import { presentMail } from '../../driver/account.ts';
import { getMailbox, ownAddress, ownMail, textOf } from '../../rules/email-form.ts';
import { SCRIPT } from '../../rules/sieve.ts';
import { readState } from '../../rules/state.ts';

const NOTHING = 'No filter, reply or folder for spam is active here: the message goes to the inbox.';

/** @returns the trace. @throws ApiError `bad_param`, `not_found`. @throws MachineError. */
export async function traceFilters(
  { machine, transaction, caller, system }: FreeContext,
  { account: given, msg }: { readonly account: string | undefined; readonly msg: string },
): Promise<string> {
  if (msg.includes('\0')) throw badParam('The parameter “msg” should be a message without NUL characters.');
  const { script, recipient } = await transaction('reads', async (db) => {
    const owner = await ownMail({ db, caller });
    const { username } = owner.account;
    const isOwn = given === undefined || given === '' || given === username;
    const box = isOwn
      ? undefined
      : getMailbox(await readState(db, username), ownAddress(owner, { email: given }));
    const { homeFiles } = await presentMail({ db }, owner.account);
    return {
      script: homeFiles.get(`etc/${box?.folder ?? username}/${SCRIPT}`),
      recipient: box === undefined ? `${username}@${system.hostname()}` : textOf(box),
    };
  });
  if (script === undefined) return NOTHING;
  return lookAtFiltered(machine, caller.user, { script, message: withHeader(msg), recipient });
}

/** A text without a header is a body. */
const withHeader = (msg: string) => (/^[!-9;-~]+:/.test(msg) ? msg : `\n${msg}`);
