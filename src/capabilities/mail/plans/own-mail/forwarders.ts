// Changes where mail of addresses and domains goes, for the account that calls.
import type { Context } from '../../../../core/context.ts';
import { badParam, notFound } from '../../../../core/errors.ts';
import type { Plan } from '../../../../core/plan.ts';
import { quote } from '../../../../core/quote.ts';
import {
  assertDestination,
  assertOwnDomain,
  ownAddress,
  ownMail,
  textOf,
  type Address,
  type MailOwner,
} from '../../rules/email-form.ts';
import { assertNoList } from '../../rules/lists/list-form.ts';
import { domainIn, type Forwarder, type MailDomain, type MailState } from '../../rules/state.ts';
import { changeMail } from '../change-mail.ts';

/** What the functions below use. The caller plans. */
type Planning = Omit<Context, 'plan'>;

/** Addresses of one forwarder. Exim would send one mail to all of them. */
const MAX_DESTINATIONS = 100;

export interface Destination {
  /** What happens to the mail. */
  readonly fwdopt: 'fwd' | 'fail' | 'blackhole' | 'system' | 'pipe';
  /** Addresses with commas between them. */
  readonly fwdemail?: string | undefined;
  readonly failmsgs: string;
  readonly fwdsystem?: string | undefined;
}

/** @throws ApiError `bad_param`, `not_supported`. */
function destinationsOf(
  { account }: MailOwner,
  { fwdopt, fwdemail, failmsgs, fwdsystem }: Destination,
): string[] {
  switch (fwdopt) {
    case 'blackhole':
      return [':blackhole:'];
    case 'fail':
      return [`:fail: ${assertMessage(failmsgs)}`];
    case 'system':
      if (fwdsystem !== undefined && fwdsystem !== account.username)
        throw badParam(`The parameter “fwdsystem” should be “${account.username}”, not ${quote(fwdsystem)}.`);
      return [account.username];
    case 'pipe':
      throw badParam(
        'Mail is not forwarded to programs on this server. Forward it to a mailbox, which the program reads.',
      );
    case 'fwd': {
      const all = (fwdemail ?? '').split(',').map((one) => one.trim().toLowerCase());
      for (const one of all) if (one !== account.username) assertDestination('fwdemail', one);
      if (all.length > MAX_DESTINATIONS)
        throw badParam(
          `The parameter “fwdemail” has ${all.length} addresses; ${MAX_DESTINATIONS} are allowed.`,
        );
      return [...new Set(all)];
    }
  }
}

/** It is one line of a file, and of the answer to the sender’s server. */
function assertMessage(text: string): string {
  if (/^[\u0020-\u007e]{1,200}$/.test(text)) return text;
  throw badParam('The parameter “failmsgs” should be one line of at most 200 ASCII characters.');
}

/** @returns the plan, and what each new forwarder leads to. @throws ApiError `bad_param`, `already_exists`. */
export async function addForwarder(
  context: Planning,
  { email, domain, ...to }: { readonly email: string; readonly domain: string } & Destination,
): Promise<{ readonly plan: Plan; readonly address: Address; readonly destinations: readonly string[] }> {
  const owner = await ownMail(context);
  const address = ownAddress(owner, { email, domain });
  const destinations = destinationsOf(owner, to);
  const next = (state: MailState): MailState => {
    assertNoList(state, address);
    const present = state.forwarders.filter((one) => isOf(one, address));
    const added = destinations.map((destination): Forwarder => ({ ...address, destination }));
    for (const { destination } of added) {
      if (present.some((one) => one.destination === destination))
        throw badParam(`“${textOf(address)}” is already forwarded to “${destination}”.`);
    }
    assertAlone([...present, ...added], address);
    return { ...state, forwarders: [...state.forwarders, ...added] };
  };
  return { plan: await changeMail(context, owner.account, { next }), address, destinations };
}

/** Exim reads `:fail:` as the only destination. */
function assertAlone(all: readonly Forwarder[], address: Address): void {
  if (all.length <= 1 || !all.some(({ destination }) => destination.startsWith(':'))) return;
  throw badParam(
    `“${textOf(address)}” cannot be forwarded and be discarded or refused at the same time. Remove its forwarders first ` +
      'with delete_forwarder.',
  );
}

const isOf = (one: Forwarder, { localPart, domain }: Address) =>
  one.localPart === localPart && one.domain === domain;

/** @throws ApiError `bad_param`, `not_found`. */
export async function removeForwarder(context: Planning, email: string, destination: string): Promise<Plan> {
  const owner = await ownMail(context);
  const address = ownAddress(owner, { email });
  const isSame = (one: Forwarder) =>
    isOf(one, address) &&
    (one.destination === destination || one.destination.toLowerCase() === destination.toLowerCase());
  const next = (state: MailState): MailState => {
    if (!state.forwarders.some(isSame))
      throw notFound(
        `“${textOf(address)}” is not forwarded to ${quote(destination)}. list_forwarders shows all.`,
      );
    return { ...state, forwarders: state.forwarders.filter((one) => !isSame(one)) };
  };
  return changeMail(context, owner.account, { next });
}

/** Where mail for unknown addresses goes. @throws ApiError `bad_param`. */
export async function setDefaultAddress(
  context: Planning,
  { domain: given, ...to }: { readonly domain: string | undefined } & Destination,
): Promise<{ readonly plan: Plan; readonly domain: string; readonly destination: string }> {
  const owner = await ownMail(context);
  const domain = given ?? owner.account.domain;
  const destination = destinationsOf(owner, to).join(', ');
  const defaultAddress = destination === owner.account.username ? null : destination;
  const plan = await changeDomain(context, owner, domain, { defaultAddress });
  return { plan, domain, destination };
}

/** Mail for all addresses of a domain goes to the same address of another domain. @throws ApiError `bad_param`. */
export async function setDomainForwarder(
  context: Planning,
  domain: string,
  forwardTo: string | null,
): Promise<Plan> {
  const owner = await ownMail(context);
  if (forwardTo === domain)
    throw badParam('A domain cannot be forwarded to itself. Choose another “destdomain”.');
  return changeDomain(context, owner, domain, { forwardTo });
}

async function changeDomain(
  context: Planning,
  owner: MailOwner,
  domain: string,
  change: Partial<MailDomain>,
): Promise<Plan> {
  assertOwnDomain(owner, 'domain', domain);
  const next = (state: MailState): MailState => ({
    ...state,
    domains: [
      ...state.domains.filter((one) => one.domain !== domain),
      { ...domainIn(state, domain), ...change },
    ],
  });
  return changeMail(context, owner.account, { next });
}
