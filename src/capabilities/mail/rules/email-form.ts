// Parameters of the functions for mailboxes and forwarders, and the rules for addresses.
import type { Context } from '../../../core/context.ts';
import type { Fields, Param } from '../../../core/define.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { domainName } from '../../../ground/rules/accounts/names.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { listOf } from '../../domains/rules/hosted-domains.ts';
import { domainsOf } from './desired.ts';
import { matcher } from '../../../ground/rules/regular-expression.ts';
import { domainIn, readState, type Mailbox, type MailState } from './state.ts';

type Readers = Pick<Context, 'db' | 'caller'>;

export const ROLE = 'MailReceive';
export const MAILBOXES = 'popaccts';
export const FORWARDERS = 'forwarders';
export const DEFAULT_ADDRESS = 'defaultaddress';
export const DOMAIN_FORWARDERS = 'emaildomainfwd';
export const AUTORESPONDERS = 'autoresponders';
export const BYTES_IN_MEBIBYTE = 1024 * 1024;

/** `sales`, or `sales@bob.example`. The domain can also be in a parameter of its own. */
export const emailParam = {
  type: 'string',
  maxLength: 254,
  lowerCase: true,
  doc: 'The mailbox: sales@bob.example, or only its user name.',
} as const satisfies Param;

export const domainParam = {
  ...domainName,
  doc: 'The domain, if “email” does not contain it. Default: the main domain.',
} as const satisfies Param;

export const regexParam = {
  type: 'string',
  maxLength: 1024,
  doc: 'List only what this regular expression (RE2) matches.',
} as const satisfies Param;

/** Exim reads other characters as routes, programs or files, or Dovecot as folders. */
const LOCAL_PART = /^[a-z0-9](?:[a-z0-9_-]|\.(?=[a-z0-9_-])){0,63}$/;
/** The address of a destination elsewhere (RFC 5322, dot-atom). */
const DESTINATION =
  /^(?!#)[a-z0-9!#$%&'*+=?^_{}~-]+(?:\.[a-z0-9!#$%&'*+=?^_{}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const MAX_ADDRESS = 254;

/** What can happen to mail for an address. */
export const destinationParams = <const Options extends readonly string[]>(options: Options) =>
  ({
    fwdopt: {
      type: 'string',
      required: true,
      values: options,
      doc:
        'What happens to the mail. fwd: it is forwarded. fail: it is refused. blackhole: it is discarded. pipe is refused ' +
        'here. system: the mailbox of the account gets it.',
    },
    fwdemail: {
      type: 'string',
      maxLength: 8192,
      doc: 'With fwd: the addresses, with commas between them. The account’s name is its own mailbox.',
    },
    failmsgs: {
      type: 'string',
      maxLength: 200,
      default: 'No such person at this address',
      doc: 'With fail: the message to the sender.',
    },
    pipefwd: {
      type: 'string',
      doc: 'With pipe: a program.',
      noEffectReason: 'mail is not forwarded to programs on this server.',
    },
  }) as const satisfies Readonly<Record<string, Param>>;

export interface Address {
  readonly localPart: string;
  readonly domain: string;
}

export const textOf = ({ localPart, domain }: Address) => `${localPart}@${domain}`;

/** An account with the domains that can have mail. */
export interface MailOwner {
  readonly account: accounts.Account;
  readonly domains: readonly string[];
}

export async function ownMail({ db, caller }: Pick<Context, 'db' | 'caller'>): Promise<MailOwner> {
  const account = await accounts.getOwn(db, caller);
  return { account, domains: domainsOf(account, await listOf(db, account.username)) };
}

/** @throws ApiError `bad_param` unless the account has the domain. */
export function assertOwnDomain({ domains }: MailOwner, param: string, domain: string): void {
  if (domains.includes(domain)) return;
  throw badParam(`The parameter “${param}” should be a domain of the account, not ${quote(domain)}.`);
}

/** An address below a domain of the account. @throws ApiError `bad_param`. */
export function ownAddress(
  owner: MailOwner,
  { email, domain: given }: { readonly email: string; readonly domain?: string | undefined },
): Address {
  const at = email.lastIndexOf('@');
  const [localPart, named] = at < 0 ? [email, undefined] : [email.slice(0, at), email.slice(at + 1)];
  if (named !== undefined && given !== undefined && named !== given) {
    throw badParam(
      `The parameters “email” and “domain” name two domains: ${quote(named)} and ${quote(given)}.`,
    );
  }
  const domain = named ?? given ?? owner.account.domain;
  assertOwnDomain(owner, named === undefined ? 'domain' : 'email', domain);
  if (!LOCAL_PART.test(localPart)) {
    throw badParam(
      `The parameter “email” should begin with a user name: at most 64 letters, digits, “.”, “_” and “-”, the first a ` +
        `letter or a digit. ${quote(localPart)} is none.`,
    );
  }
  return { localPart, domain };
}

/** @throws ApiError `bad_param` unless mail can be forwarded to the address. */
export function assertDestination(param: string, address: string): void {
  if (address.length <= MAX_ADDRESS && DESTINATION.test(address)) return;
  throw badParam(
    `The parameter “${param}” should be an email address such as ann@example.org, not ${quote(address)}.`,
  );
}

export function findMailbox({ mailboxes }: MailState, address: Address): Mailbox | undefined {
  return mailboxes.find(
    ({ localPart, domain }) => localPart === address.localPart && domain === address.domain,
  );
}

/** @throws ApiError `not_found`. */
export function getMailbox(state: MailState, address: Address): Mailbox {
  const found = findMailbox(state, address);
  if (found !== undefined) return found;
  throw notFound(`There is no mailbox “${textOf(address)}”. list_pops shows those of the account.`);
}

/** @throws ApiError `bad_param` for an expression that is not valid. */
export async function matchingMailboxes(regex: string | undefined): Promise<(text: string) => boolean> {
  return regex === undefined || regex === '' ? () => true : matcher('regex', regex);
}

export const forwarderFields = {
  dest: { type: 'string', doc: 'The address whose mail is forwarded.' },
  forward: { type: 'string', doc: 'Where its mail goes.' },
  html_dest: { type: 'string', doc: 'The address, for HTML.' },
  html_forward: { type: 'string', doc: 'The destination, for HTML.' },
  uri_dest: { type: 'string', doc: 'The address, for a URI.' },
  uri_forward: { type: 'string', doc: 'The destination, for a URI.' },
} as const satisfies Fields;

/** The forwarders of a domain. @throws ApiError `bad_param`. */
export async function forwarderRows(context: Readers, domain: string, regex: string | undefined) {
  const owner = await ownMail(context);
  assertOwnDomain(owner, 'domain', domain);
  const matches = await matchingMailboxes(regex);
  const { forwarders } = await readState(context.db, owner.account.username);
  return forwarders
    .filter((one) => one.domain === domain)
    .map((one) => ({ dest: textOf(one), forward: one.destination }))
    .filter(({ dest, forward }) => matches(dest) || matches(forward))
    .map(({ dest, forward }) => ({
      ...{ dest, forward, html_dest: forHtml(dest), html_forward: forHtml(forward) },
      ...{ uri_dest: encodeURIComponent(dest), uri_forward: encodeURIComponent(forward) },
    }));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const forHtml = (text: string) => text.replace(/[&<>"']/g, (one) => entities[one] ?? one);

export const defaultAddressFields = {
  defaultaddress: { type: 'string', doc: 'Where mail for unknown addresses goes.' },
  domain: { type: 'string', doc: 'The domain.' },
} as const satisfies Fields;

/** @param domain undefined: all of the account. @throws ApiError `bad_param`. */
export async function defaultAddressRows(context: Readers, domain: string | undefined) {
  const owner = await ownMail(context);
  if (domain !== undefined) assertOwnDomain(owner, 'domain', domain);
  const { username } = owner.account;
  const state = await readState(context.db, username);
  return (domain === undefined ? owner.domains : [domain]).map((one) => ({
    defaultaddress: domainIn(state, one).defaultAddress ?? username,
    domain: one,
  }));
}

/** @param domain undefined: all of the account. @throws ApiError `bad_param`. */
export async function domainForwarderRows(context: Readers, domain: string | undefined) {
  const owner = await ownMail(context);
  if (domain !== undefined) assertOwnDomain(owner, 'domain', domain);
  const { domains } = await readState(context.db, owner.account.username);
  return domains.flatMap(({ domain: dest, forwardTo }) =>
    forwardTo === null || (domain !== undefined && domain !== dest) ? [] : [{ dest, forward: forwardTo }],
  );
}
