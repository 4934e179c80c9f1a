// The mail of a domain that goes to another account, which is a new one: what is stored of it.
import type { Db } from '../../../core/context.ts';
import { ApiError, badParam } from '../../../core/errors.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { desiredMail, folderFor } from './desired.ts';
import { SCRIPT } from './sieve.ts';
import {
  changeBetween,
  domainIn,
  NO_MAIL,
  readState,
  storeChange,
  type Mailbox,
  type MailState,
} from './state.ts';

export interface MovedMail {
  /** Only that of the domain, as the new account has it. */
  readonly state: MailState;
  /** The folders of its mailboxes below `~/mail` and `~/etc` of each account. */
  readonly folders: readonly { readonly from: string; readonly to: string }[];
  /** Where the new account’s mailboxes would have a script, but have none. The former account’s may have filters of its own. */
  readonly withoutScript: readonly string[];
}

/**
 * The account’s own mailbox, as a destination, becomes that of the new account.
 * @throws ApiError `limit_reached` if the new account may not have so many mailboxes or lists.
 */
export async function mailToMove(
  db: Db,
  from: Pick<Account, 'username'>,
  to: Account,
  domain: string,
): Promise<MovedMail> {
  const had = await readState(db, from.username);
  const ofDomain = <T extends { readonly domain: string }>(rows: readonly T[]) =>
    rows.filter((one) => one.domain === domain);
  const destination = (text: string) => (text === from.username ? to.username : text);
  const folders: { from: string; to: string }[] = [];
  let mailboxes: readonly Mailbox[] = [];
  for (const box of ofDomain(had.mailboxes)) {
    const folder = folderFor({ ...NO_MAIL, mailboxes }, domain, box.localPart);
    folders.push({ from: box.folder, to: folder });
    mailboxes = [...mailboxes, { ...box, folder }];
  }
  const { defaultAddress, ...settings } = domainIn(had, domain);
  const state: MailState = {
    ...NO_MAIL,
    domains: [{ ...settings, defaultAddress: defaultAddress === null ? null : destination(defaultAddress) }],
    mailboxes,
    forwarders: ofDomain(had.forwarders).map((one) => ({
      ...one,
      destination: destination(one.destination),
    })),
    autoresponders: ofDomain(had.autoresponders),
    filters: ofDomain(had.filters),
    greylistOff: ofDomain(had.greylistOff),
    redirects: ofDomain(had.redirects),
    lists: ofDomain(had.lists),
  };
  assertWithin(to, 'maxMailboxes', mailboxes.length, 'mailboxes');
  assertWithin(to, 'maxMailingLists', state.lists.length, 'mailing lists');
  const { homeFiles } = desiredMail(to, [], state);
  const scripts = folders.map((folder) => `etc/${folder.to}/${SCRIPT}`);
  return { state, folders, withoutScript: scripts.filter((path) => !homeFiles.has(path)) };
}

function assertWithin(
  { username, settings }: Pick<Account, 'username' | 'settings'>,
  limit: 'maxMailboxes' | 'maxMailingLists',
  count: number,
  what: string,
): void {
  const most = settings[limit];
  if (most === null || count <= most) return;
  throw new ApiError(
    'limit_reached',
    `The account “${username}” may have ${most} ${what}, and the domain has ${count}. Choose another package.`,
  );
}

/** The mail of an account with that of a domain that it gets. */
export function withMoved(state: MailState, moved: MailState | undefined): MailState {
  if (moved === undefined) return state;
  const names = new Set(moved.domains.map(({ domain }) => domain));
  return {
    ...state,
    domains: [...state.domains.filter(({ domain }) => !names.has(domain)), ...moved.domains],
    mailboxes: [...state.mailboxes, ...moved.mailboxes],
    forwarders: [...state.forwarders, ...moved.forwarders],
    autoresponders: [...state.autoresponders, ...moved.autoresponders],
    filters: [...state.filters, ...moved.filters],
    greylistOff: [...state.greylistOff, ...moved.greylistOff],
    redirects: [...state.redirects, ...moved.redirects],
    lists: [...state.lists, ...moved.lists],
  };
}

/** Stores it, once the account exists and the former one no longer has the domain. */
export async function storeMoved(db: Db, username: string, moved: MailState): Promise<void> {
  const state = await readState(db, username);
  await storeChange(db, username, changeBetween(state, withMoved(state, moved)));
}

/** @throws ApiError `bad_param` if a domain that will no longer exist has mailboxes or forwarders. */
export async function assertNoMail(db: Db, username: string, domain: string): Promise<void> {
  const { mailboxes, forwarders } = await readState(db, username);
  const boxes = mailboxes.filter((one) => one.domain === domain).length;
  const others = forwarders.filter((one) => one.domain === domain).length;
  if (boxes + others === 0) return;
  throw badParam(
    `The subdomain “${domain}” has mailboxes (${boxes}) or forwarders (${others}), and it ends with the conversion. ` +
      'Save their mail, and remove them first (Email::delete_pop, Email::delete_forwarder).',
  );
}

/** How much mail a domain has. */
export async function countMail(db: Db, username: string, domain: string) {
  const state = await readState(db, username);
  const count = (rows: readonly { readonly domain: string }[]) =>
    rows.filter((one) => one.domain === domain).length;
  return {
    mailboxes: count(state.mailboxes),
    forwarders: count(state.forwarders),
    autoresponders: count(state.autoresponders),
    domainForwarders: domainIn(state, domain).forwardTo === null ? 0 : 1,
  };
}
