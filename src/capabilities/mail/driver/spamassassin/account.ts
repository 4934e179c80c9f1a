// What happens to the spam filter of an account if it changes: SpamAssassin knows its preferences by its name, and a new
// account has a filter.
import type { AccountPart, PartDependencies } from '../../../accounts/driver/account-part.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { fileOf } from '../../rules/spam/preferences.ts';
import { withFilter } from '../../rules/spam/new-account.ts';
import { NO_MAIL, readState, spamOf, type MailState } from '../../rules/state.ts';
import request from './steps/request.ts';
import writePreferences from './steps/write-preferences.ts';

declare module '../../../accounts/driver/account-part.ts' {
  interface PartWishes {
    /** Check its mail for spam. Undefined: it is checked. */
    readonly spamFilter?: boolean;
    /** Deliver spam to a folder. Undefined: to the inbox. */
    readonly spamBox?: boolean;
  }
}

export const SPAM_ROLE = 'SpamFilter';

/** The mail of a new account, with the filter that the caller wants. */
export function withWishes(
  { roles, wishes }: Pick<PartDependencies, 'roles' | 'wishes'>,
  state: MailState,
): MailState {
  if (!roles.has(SPAM_ROLE) || wishes.spamFilter === false) return state;
  return withFilter(state, { box: wishes.spamBox ?? false });
}

export const part: AccountPart = {
  /** The outcome stores it. */
  created(context) {
    const { spam } = withWishes(context, NO_MAIL);
    return spam.map(({ box }) => request.plan({ box }));
  },

  async changed(context, before, after) {
    if (before.username === after.username) return [];
    const text = await preferencesOf(context, before);
    if (text === undefined) return [];
    return [
      writePreferences.plan({ username: after.username, text }),
      writePreferences.plan({ username: before.username, text: null }),
    ];
  },

  /** With the user, as the other files of its mail. */
  async rebuilt(context, account, rebuiltPart) {
    const text = rebuiltPart === 'user' ? await preferencesOf(context, account) : undefined;
    return text === undefined ? [] : [writePreferences.plan({ username: account.username, text })];
  },

  async removed(context, account) {
    const text = await preferencesOf(context, account);
    return text === undefined ? [] : [writePreferences.plan({ username: account.username, text: null })];
  },
};

/** Undefined if SpamAssassin has no file of the account. */
async function preferencesOf(
  { db, roles }: Pick<PartDependencies, 'db' | 'roles'>,
  { username }: Account,
): Promise<string | undefined> {
  if (!roles.has(SPAM_ROLE)) return undefined;
  return fileOf(spamOf(await readState(db, username)).preferences);
}
