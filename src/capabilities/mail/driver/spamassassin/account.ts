// What happens to the spam filter of an account if it changes: SpamAssassin knows its preferences by its name, and a new
// account has a filter.
import { badParam } from '../../../../core/errors.ts';
import {
  partParams,
  type AccountPart,
  type PartDependencies,
} from '../../../accounts/driver/account-part.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { fileOf } from '../../rules/spam/preferences.ts';
import { withEnabled, withFilter } from '../../rules/spam/of-account.ts';
import { isOff } from '../../rules/spam/settings.ts';
import { NO_MAIL, readState, spamOf, type MailState } from '../../rules/state.ts';
import request from './steps/request.ts';
import requestChange from './steps/request-change.ts';
import writePreferences from './steps/write-preferences.ts';

declare module '../../../accounts/driver/account-part.ts' {
  interface PartWishes {
    /** Check its mail for spam. Undefined: that of a new account is checked, and that of another as before. */
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
  params: {
    created: partParams(
      {
        spamassassin: {
          type: 'flag',
          doc: 'Whether mail is checked for spam. It then gets headers. Default: 1 if the server has the role SpamFilter.',
        },
        spambox: {
          type: 'string',
          values: ['y', 'n'],
          doc: 'Whether spam is delivered to the folder INBOX.spam of each mailbox. Default: n, because POP3 does not show it.',
        },
      },
      ({ spamassassin, spambox }) => ({
        ...(spamassassin !== undefined && { spamFilter: spamassassin }),
        ...(spambox !== undefined && { spamBox: spambox === 'y' }),
      }),
    ),
    changed: partParams(
      {
        spamassassin: {
          type: 'flag',
          doc: 'Whether its mail is checked for spam. It then gets headers. The account can change it too.',
        },
      },
      ({ spamassassin }) => (spamassassin === undefined ? {} : { spamFilter: spamassassin }),
    ),
  },

  /** The outcome stores it. */
  async created(context) {
    await tellAboutWishes(context);
    const { spam } = withWishes(context, NO_MAIL);
    return spam.map(({ box }) => request.plan({ box }));
  },

  async changed(context, before, after) {
    const requests = await requestsOf(context, before);
    if (before.username === after.username) return requests;
    const text = await preferencesOf(context, before);
    if (text === undefined) return requests;
    return [
      ...requests,
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

const NO_ROLE = 'This server has no spam filter: activate a profile with the role SpamFilter.';
const SWITCHED_OFF = 'An administrator has switched off the spam filter for all accounts (skipspamassassin).';

/** Why a filter would check nothing. */
async function whyNoFilter({
  db,
  roles,
}: Pick<PartDependencies, 'db' | 'roles'>): Promise<string | undefined> {
  if (!roles.has(SPAM_ROLE)) return NO_ROLE;
  return (await isOff(db)) ? SWITCHED_OFF : undefined;
}

/** Warns if a new account does not get what was asked for. */
async function tellAboutWishes(context: PartDependencies): Promise<void> {
  const { spamFilter, spamBox = false } = context.wishes;
  if (spamFilter !== true && !spamBox) return;
  const name = spamFilter === true ? 'spamassassin' : 'spambox';
  const why = spamFilter === false ? '“spamassassin” is 0.' : await whyNoFilter(context);
  if (why !== undefined) context.warn(`“${name}” has no effect: ${why}`);
}

/** @throws ApiError `bad_param` if the account cannot get a filter. */
async function requestsOf(context: PartDependencies, { username }: Account) {
  const { spamFilter: enabled } = context.wishes;
  if (enabled === undefined) return [];
  const why = enabled ? await whyNoFilter(context) : undefined;
  if (why !== undefined) throw badParam(`The parameter “spamassassin” cannot be 1. ${why}`);
  const state = await readState(context.db, username);
  return withEnabled(state, enabled) === state ? [] : [requestChange.plan({ enabled })];
}

/** Undefined if SpamAssassin has no file of the account. */
async function preferencesOf(
  { db, roles }: Pick<PartDependencies, 'db' | 'roles'>,
  { username }: Account,
): Promise<string | undefined> {
  if (!roles.has(SPAM_ROLE)) return undefined;
  return fileOf(spamOf(await readState(db, username)).preferences);
}
