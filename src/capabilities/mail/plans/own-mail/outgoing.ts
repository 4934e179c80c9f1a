// How an account, or one of its mailboxes, may send mail.
import type { Context } from '../../../../core/context.ts';
import type { Plan } from '../../../../core/plan.ts';
import { badParam } from '../../../../core/errors.ts';
import * as accounts from '../../../accounts/rules/accounts.ts';
import release from '../../driver/exim/steps/release.ts';
import { ownAddress, ownMail, textOf } from '../../rules/email-form.ts';
import type { Outgoing } from '../../rules/state.ts';
import { changeMail } from '../change-mail.ts';
import { changeMailbox, type NamedMailbox } from './mailboxes.ts';

type Planning = Omit<Context, 'plan'>;

/** For a function of WHM. Mail that was held is delivered if it is open again. @throws ApiError `not_found`, `denied`. */
export async function setOutgoing(context: Planning, username: string, outgoing: Outgoing): Promise<Plan> {
  // WHM’s functions refuse root, too.
  if (username === 'root')
    throw badParam('The parameter “user” should be an account. The mail of root is never held.');
  const account = await accounts.get(context.db, context.caller, username);
  const plan = await changeMail(context, account, {
    next: (state) => ({ ...state, settings: outgoing === 'open' ? [] : [{ outgoing }] }),
  });
  return outgoing === 'open' ? { ...plan, steps: [...plan.steps, release.plan({ username })] } : plan;
}

/** The held mail of a mailbox is delivered. @throws ApiError `bad_param`, `not_found`. */
export async function releaseMailbox(context: Planning, named: NamedMailbox): Promise<Plan> {
  const plan = await changeMailbox(context, named, () => ({ outgoing: 'open' }));
  const owner = await ownMail(context);
  const step = release.plan({ username: owner.account.username, address: textOf(ownAddress(owner, named)) });
  return { ...plan, steps: [...plan.steps, step] };
}
