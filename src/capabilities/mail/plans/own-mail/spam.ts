// The spam filter of the account that calls.
import type { Context } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import type { Plan } from '../../../../core/plan.ts';
import { quote } from '../../../../core/quote.ts';
import writePreferences from '../../driver/spamassassin/steps/write-preferences.ts';
import { getMailbox, ownAddress, ownMail } from '../../rules/email-form.ts';
import { fileOf, withValues } from '../../rules/spam/preferences.ts';
import { isOff } from '../../rules/spam/settings.ts';
import { SPAM_FOLDER } from '../../rules/sieve.ts';
import { readState, spamOf, type SpamPreference, type SpamSettings } from '../../rules/state.ts';
import { changeMail } from '../change-mail.ts';
import { cleanMailboxes } from '../clean-mailbox.ts';

type Planning = Omit<Context, 'plan'>;

/** False if an administrator has switched SpamAssassin off. */
export const isAvailable = async ({ db }: Pick<Context, 'db'>): Promise<boolean> => !(await isOff(db));

/** @throws ApiError `bad_param` if an administrator has switched SpamAssassin off. */
export async function assertAvailable(context: Pick<Context, 'db'>): Promise<void> {
  if (await isAvailable(context)) return;
  throw badParam('An administrator has switched off SpamAssassin for all accounts (skipspamassassin).');
}

export async function ownSpam(context: Pick<Context, 'db' | 'caller'>): Promise<SpamSettings> {
  const { account } = await ownMail(context);
  return spamOf(await readState(context.db, account.username));
}

/** Exim uses the change with the next message. */
export async function changeSpam(context: Planning, wanted: Partial<SpamSettings>): Promise<Plan> {
  const { account } = await ownMail(context);
  return changeMail(context, account, {
    next: (state) => ({ ...state, spam: [{ ...spamOf(state), ...wanted }] }),
  });
}

/** @returns the plan, and all preferences after it. @throws ApiError `bad_param`. */
export async function changePreference(
  context: Planning,
  name: string,
  values: readonly string[],
): Promise<{ readonly plan: Plan; readonly preferences: readonly SpamPreference[] }> {
  const { account } = await ownMail(context);
  const { username } = account;
  const preferences = withValues((await ownSpam(context)).preferences, name, values);
  const plan = await changeSpam(context, { preferences });
  const step = writePreferences.plan({ username, text: fileOf(preferences) ?? null });
  return { plan: { ...plan, steps: [...plan.steps, step] }, preferences };
}

/** The score, whichever mailbox the parameter names. @throws ApiError `bad_param`. */
export async function assertForAll(
  context: Pick<Context, 'db' | 'caller'>,
  given: string | undefined,
): Promise<void> {
  const { account } = await ownMail(context);
  if (given === undefined || given === '' || given === account.username) return;
  throw badParam(
    `The parameter “account” should be ${quote(account.username)}, or left out: the spam filter has the same settings ` +
      'for all mailboxes of an account.',
  );
}

/** Reads are for any of the account’s mailboxes. @throws ApiError `bad_param`, `not_found`. */
export async function assertHasSpamFilter(
  context: Pick<Context, 'db' | 'caller'>,
  given: string | undefined,
): Promise<void> {
  const owner = await ownMail(context);
  const { username } = owner.account;
  if (given === undefined || given === '' || given === username) return;
  getMailbox(await readState(context.db, username), ownAddress(owner, { email: given }));
}

/** Empties the folder for spam of the account and of its mailboxes. */
export async function clearSpamBox(context: Planning): Promise<Plan> {
  const { account } = await ownMail(context);
  const { mailboxes } = await readState(context.db, account.username);
  const users = [account.username, ...mailboxes.map(({ localPart, domain }) => `${localPart}@${domain}`)];
  return cleanMailboxes(users, SPAM_FOLDER);
}
