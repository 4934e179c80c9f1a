// Creates, changes and removes mailboxes of the account that calls.
import type { Context, Db, FreeContext } from '../../../../core/context.ts';
import { ApiError, badParam } from '../../../../core/errors.ts';
import type { Plan } from '../../../../core/plan.ts';
import {
  assertStrong,
  rateFirst,
  withRating,
  type Rating,
} from '../../../../ground/rules/passwords/passwords.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import removeMail from '../../driver/mailboxes/steps/remove-mail.ts';
import { hashPassword } from '../../driver/password-hash.ts';
import { folderFor } from '../../rules/desired.ts';
import {
  BYTES_IN_MEBIBYTE,
  findMailbox,
  getMailbox,
  ownAddress,
  ownMail,
  textOf,
  type Address,
} from '../../rules/email-form.ts';
import { assertNoList } from '../../rules/lists/list-form.ts';
import type { Mailbox, MailState } from '../../rules/state.ts';
import { readTweakSetting } from '../../rules/tweaks.ts';
import { changeMail } from '../change-mail.ts';

/** What the functions below use. The caller plans. */
type Planning = Omit<Context, 'plan'>;

export interface NamedMailbox {
  readonly email: string;
  readonly domain?: string | undefined;
}

export interface HashedPassword {
  readonly hash: string;
  readonly rated: Rating;
}

/** Hashes and rates a password before a transaction begins, because other calls would wait for it. */
export async function lookForPassword(
  context: FreeContext,
  email: string,
  password: string,
): Promise<HashedPassword> {
  return {
    hash: await hashPassword(context.machine, context.randomBytes, password),
    rated: await rateFirst(context, password, [context.caller.user, email]),
  };
}

interface NewMailbox extends NamedMailbox {
  /** In mebibytes. Undefined: the default. Null: no limit. */
  readonly quota: number | null | undefined;
}

/**
 * @param secret a new password, or a hash, whose password cannot be rated.
 * @throws ApiError `bad_param`, `already_exists`, `limit_reached`, `weak_password`.
 */
export async function addMailbox(
  context: Planning,
  { email, domain, quota }: NewMailbox,
  secret: string | (HashedPassword & { readonly password: string }),
): Promise<{ readonly plan: Plan; readonly address: Address }> {
  const owner = await ownMail(context);
  const { account } = owner;
  const address = ownAddress(owner, { email, domain });
  if (typeof secret !== 'string') {
    const { password, rated } = secret;
    await assertStrong(withRating(context, rated), password, [account.username, email], 'virtual');
  }
  const hash = typeof secret === 'string' ? secret : secret.hash;
  const bytes = quotaOf(account, quota === undefined ? await defaultQuota(context.db, account) : quota);
  const next = (state: MailState): MailState => {
    assertNew(account, state, address);
    const added: Mailbox = {
      ...address,
      ...{ hash, quota: bytes, folder: folderFor(state, address.domain, address.localPart) },
      ...{ createdAt: context.now(), loginSuspended: false, incomingSuspended: false, outgoing: 'open' },
      createsFolders: false,
    };
    return { ...state, mailboxes: [...state.mailboxes, added] };
  };
  return { plan: await changeMail(context, account, { next }), address };
}

function assertNew({ username, settings }: Account, state: MailState, address: Address): void {
  if (findMailbox(state, address) !== undefined)
    throw badParam(`The mailbox “${textOf(address)}” already exists. Choose another name.`);
  assertNoList(state, address);
  const { maxMailboxes } = settings;
  if (maxMailboxes === null || state.mailboxes.length < maxMailboxes) return;
  throw new ApiError(
    'limit_reached',
    `The account “${username}” may have ${maxMailboxes} mailboxes, and has ${state.mailboxes.length}. Raise the limit ` +
      'with modifyacct MAXPOP=, or remove a mailbox first.',
  );
}

/** In mebibytes. */
export async function defaultQuota(db: Db, { settings: { maxMailboxQuota } }: Account): Promise<number> {
  const quota = Number(await readTweakSetting(db, 'email_account_quota_userdefined_default_value'));
  return Math.min(quota, maxMailboxQuota ?? quota);
}

/** In mebibytes: what WHM’s functions return for mailboxes without a limit. */
export const NO_LIMIT = 4_294_967_296;

export const maxQuota = ({ settings: { maxMailboxQuota } }: Account): number => maxMailboxQuota ?? NO_LIMIT;

/** @returns bytes. @throws ApiError `limit_reached`. */
function quotaOf({ username, settings: { maxMailboxQuota } }: Account, quota: number | null): number | null {
  if (maxMailboxQuota !== null && (quota === null || quota > maxMailboxQuota)) {
    throw new ApiError(
      'limit_reached',
      `A mailbox of “${username}” may have at most ${maxMailboxQuota} MiB. Set a smaller quota, or raise the limit with ` +
        'modifyacct MAX_EMAILACCT_QUOTA=.',
    );
  }
  return quota === null ? null : quota * BYTES_IN_MEBIBYTE;
}

/** 0 and “unlimited” mean that there is no limit. @throws ApiError `bad_param`. */
export function parseQuota(given: string): number | null {
  if (given === '0' || given === 'unlimited') return null;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw badParam('The parameter “quota” should be a number of mebibytes, or “unlimited”.');
}

/** The mail is removed too. @throws ApiError `bad_param`, `not_found`. */
export async function removeMailbox(context: Planning, named: NamedMailbox): Promise<Plan> {
  const owner = await ownMail(context);
  const address = ownAddress(owner, named);
  let folder = '';
  const next = (state: MailState): MailState => {
    const removed = getMailbox(state, address);
    ({ folder } = removed);
    return { ...state, mailboxes: state.mailboxes.filter((one) => one !== removed) };
  };
  const plan = await changeMail(context, owner.account, { next, ended: [textOf(address)] });
  const step = removeMail.plan({ username: owner.account.username, address: textOf(address), folder });
  return { ...plan, steps: [...plan.steps, step] };
}

/** @throws ApiError `bad_param`, `not_found`, `weak_password`. */
export async function setMailboxPassword(
  context: Planning,
  { password, ...named }: NamedMailbox & { readonly password: string },
  { hash, rated }: HashedPassword,
): Promise<Plan> {
  await assertStrong(withRating(context, rated), password, [context.caller.user, named.email], 'virtual');
  return changeMailbox(context, named, () => ({ hash }), true);
}

/** @throws ApiError `bad_param`, `not_found`, `limit_reached`. */
export function setMailboxQuota(context: Planning, named: NamedMailbox, quota: number | null): Promise<Plan> {
  return changeMailbox(context, named, (account) => ({ quota: quotaOf(account, quota) }));
}

/** Changes some fields of a mailbox. @param ends its sessions. @throws ApiError `bad_param`, `not_found`. */
export async function changeMailbox(
  context: Planning,
  named: NamedMailbox,
  change: (account: Account) => Partial<Mailbox>,
  ends = false,
): Promise<Plan> {
  const owner = await ownMail(context);
  const address = ownAddress(owner, named);
  const next = (state: MailState): MailState => {
    const found = getMailbox(state, address);
    const changed = { ...found, ...change(owner.account) };
    return { ...state, mailboxes: state.mailboxes.map((one) => (one === found ? changed : one)) };
  };
  return changeMail(context, owner.account, { next, ended: ends ? [textOf(address)] : [] });
}
