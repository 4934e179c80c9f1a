// Automatic replies of the mailboxes of the account that calls.
import type { Context } from '../../../../core/context.ts';
import { badParam, notFound } from '../../../../core/errors.ts';
import type { Plan } from '../../../../core/plan.ts';
import { getMailbox, ownAddress, ownMail, textOf, type Address } from '../../rules/email-form.ts';
import { readState, type Autoresponder, type MailState } from '../../rules/state.ts';
import { changeMail } from '../change-mail.ts';

type Planning = Omit<Context, 'plan'>;

export interface NewAutoresponder extends Omit<Autoresponder, 'domain' | 'localPart'> {
  readonly email: string;
  readonly domain: string;
}

/** Replaces the reply of the mailbox, if it has one. @throws ApiError `bad_param`, `not_found`. */
export async function setAutoresponder(
  context: Planning,
  { email, domain, ...reply }: NewAutoresponder,
): Promise<Plan> {
  const owner = await ownMail(context);
  const address = ownAddress(owner, { email, domain });
  if (reply.startsAt !== 0 && reply.stopsAt !== 0 && reply.stopsAt <= reply.startsAt)
    throw badParam('The parameter “stop” should be later than “start”.');
  const next = (state: MailState): MailState => {
    // A reply is sent by the mailbox.
    getMailbox(state, address);
    const others = state.autoresponders.filter((one) => !isOf(one, address));
    return { ...state, autoresponders: [...others, { ...address, ...reply }] };
  };
  return changeMail(context, owner.account, { next });
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function removeAutoresponder(context: Planning, email: string): Promise<Plan> {
  const owner = await ownMail(context);
  const address = ownAddress(owner, { email });
  const next = (state: MailState): MailState => {
    if (!state.autoresponders.some((one) => isOf(one, address))) throw noReply(address);
    return { ...state, autoresponders: state.autoresponders.filter((one) => !isOf(one, address)) };
  };
  return changeMail(context, owner.account, { next });
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function getAutoresponder(
  context: Pick<Context, 'db' | 'caller'>,
  email: string,
): Promise<Autoresponder> {
  const owner = await ownMail(context);
  const address = ownAddress(owner, { email });
  const { autoresponders } = await readState(context.db, owner.account.username);
  const found = autoresponders.find((one) => isOf(one, address));
  if (found === undefined) throw noReply(address);
  return found;
}

const isOf = (one: Address, { localPart, domain }: Address) =>
  one.localPart === localPart && one.domain === domain;

const noReply = (address: Address) =>
  notFound(`“${textOf(address)}” has no automatic reply. list_auto_responders shows those of a domain.`);
