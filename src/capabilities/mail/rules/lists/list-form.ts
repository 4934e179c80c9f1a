// Parameters and fields of the functions for mailing lists, and the rules for them.
import type { Context } from '../../../../core/context.ts';
import type { Fields, Param } from '../../../../core/define.ts';
import { ApiError, badParam, notFound } from '../../../../core/errors.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import { assertOwnDomain, matchingMailboxes, ownMail, textOf, type Address } from '../email-form.ts';
import { areListsOff } from '../server-settings.ts';
import { readState, type MailingList, type MailState } from '../state.ts';
import { addressesOf, listWith, postingAddress, suffixOf } from './addresses.ts';

export const LISTS_ROLE = 'MailingLists';
export const LISTS = 'lists';

export const listParam = {
  type: 'string',
  maxLength: 254,
  lowerCase: true,
  doc: 'The list: news@bob.example, or only its name.',
} as const satisfies Param;

/** Why nothing of an archive can be set. */
export const NO_ARCHIVE = 'nothing is archived.';

export const listFields = {
  list: { type: 'string', doc: 'The address of the list.' },
  listid: { type: 'string', doc: 'The name and the domain, with “_” between them.' },
  desthost: { type: 'string', doc: 'The hostname of this server.' },
  listadmin: { type: 'string', doc: 'The account, which gets the mail for its owner.' },
  accesstype: { type: 'string', doc: 'public: it is advertised. private: it is not.' },
  advertised: { type: 'flag', doc: '1: Mailman names it to whoever asks for all lists of the server.' },
  archive_private: { type: 'flag', doc: 'Always 1: nothing is archived, so nobody else can read it.' },
  subscribe_policy: { type: 'integer', doc: 'As in set_list_privacy_options.' },
  diskused: {
    type: 'integer',
    doc: 'Always 0: nothing is archived, and one database has the members of all.',
  },
  humandiskused: { type: 'string', doc: 'The same, with its unit.' },
} as const satisfies Fields;

/** @throws ApiError `bad_param` if an administrator has switched off mailing lists. */
export async function assertListsOn({ db }: Pick<Context, 'db'>): Promise<void> {
  if (!(await areListsOff(db))) return;
  throw badParam('An administrator has switched off mailing lists for all accounts (skipmailman).');
}

/** The lists of the account that calls. @throws ApiError `bad_param`. */
export async function listRows(
  context: Pick<Context, 'db' | 'caller' | 'system'>,
  domain: string | undefined,
  regex: string | undefined,
) {
  await assertListsOn(context);
  const owner = await ownMail(context);
  if (domain !== undefined) assertOwnDomain(owner, 'domain', domain);
  const matches = await matchingMailboxes(regex);
  const { lists } = await readState(context.db, owner.account.username);
  const desthost = context.system.hostname();
  return lists
    .filter((one) => (domain === undefined || one.domain === domain) && matches(postingAddress(one)))
    .map((one) => ({
      ...{ list: postingAddress(one), listid: `${one.localPart}_${one.domain}`, desthost },
      ...{ listadmin: owner.account.username, accesstype: one.advertised ? 'public' : 'private' },
      ...{ advertised: one.advertised ? 1 : 0, archive_private: 1, subscribe_policy: one.subscribePolicy },
      ...{ diskused: 0, humandiskused: '0 bytes' },
    }));
}

/** @throws ApiError `not_found`. */
export function getList({ lists }: MailState, address: Address): MailingList {
  const found = lists.find((one) => one.localPart === address.localPart && one.domain === address.domain);
  if (found !== undefined) return found;
  throw notFound(`There is no mailing list “${textOf(address)}”. list_lists shows those of the account.`);
}

/** @throws ApiError `bad_param`, `limit_reached`. */
export function assertNewList({ username, settings }: Account, state: MailState, address: Address): void {
  const suffix = suffixOf(address.localPart);
  if (suffix !== undefined)
    throw badParam(`The name of a list cannot end with “${suffix}”: lists have such addresses for commands.`);
  if (address.localPart.length > 50)
    throw badParam('The parameter “list” should be a name of at most 50 characters.');
  if (state.lists.some((one) => one.domain === address.domain && one.localPart === address.localPart))
    throw badParam(`The mailing list “${textOf(address)}” already exists. Choose another name.`);
  const names = addressesOf(address);
  for (const { domain, localPart } of [...state.mailboxes, ...state.forwarders]) {
    if (domain === address.domain && names.includes(localPart))
      throw badParam(
        `The list would get the mail of “${localPart}@${domain}”, which is a mailbox or a forwarder. Choose another name.`,
      );
  }
  const { maxMailingLists } = settings;
  if (maxMailingLists === null || state.lists.length < maxMailingLists) return;
  throw new ApiError(
    'limit_reached',
    `The account “${username}” may have ${maxMailingLists} mailing lists, and has ${state.lists.length}. Raise the limit ` +
      'with modifyacct MAXLST=, or remove a list first.',
  );
}

/** @throws ApiError `bad_param` if a list gets the mail of the address. */
export function assertNoList(state: MailState, address: Address): void {
  const list = listWith(state, address);
  if (list === undefined) return;
  throw badParam(
    `“${textOf(address)}” is an address of the mailing list “${postingAddress(list)}”. Choose another name.`,
  );
}
