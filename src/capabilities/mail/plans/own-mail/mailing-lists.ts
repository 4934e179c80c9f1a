// Mailing lists of the account that calls.
import type { Context } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import type { Plan, PlannedStep } from '../../../../core/plan.ts';
import { assertStrong, withRating, type Rating } from '../../../../ground/rules/passwords/passwords.ts';
import changeFiles from '../../driver/exim/steps/change-files.ts';
import configureList from '../../driver/mailman/steps/configure-list.ts';
import createList from '../../driver/mailman/steps/create-list.ts';
import removeList from '../../driver/mailman/steps/remove-list.ts';
import setPassword from '../../driver/mailman/steps/set-password.ts';
import { ownAddress, ownMail } from '../../rules/email-form.ts';
import { changedFiles, postingAddress } from '../../rules/lists/addresses.ts';
import { assertListsOn, assertNewList, getList } from '../../rules/lists/list-form.ts';
import { readState, type MailingList } from '../../rules/state.ts';
import { changeMail } from '../change-mail.ts';

type Planning = Omit<Context, 'plan'>;

/** @throws ApiError `bad_param`, `limit_reached`, `weak_password`. */
export async function addList(
  context: Planning,
  {
    list,
    domain,
    password,
    isPrivate,
  }: {
    readonly list: string;
    readonly domain: string;
    readonly password: string;
    readonly isPrivate: boolean;
  },
  rated: Rating,
): Promise<Plan> {
  await assertListsOn(context);
  const owner = await ownMail(context);
  const address = ownAddress(owner, { email: list, domain });
  const { username } = owner.account;
  const { lists } = await readState(context.db, username);
  const added: MailingList = {
    ...{ domain: address.domain, localPart: address.localPart },
    ...{ advertised: !isPrivate, subscribePolicy: isPrivate ? 3 : 1 },
  };
  const plan = await changeMail(context, owner.account, {
    next: (state) => {
      assertNewList(owner.account, state, address);
      return { ...state, lists: [...state.lists, added] };
    },
  });
  assertOneLine(password);
  await assertStrong(withRating(context, rated), password, [username, list], 'list');
  const files = changedFiles(lists, [...lists, added]);
  return withSteps(plan, [createList.plan(added), changeFiles.plan({ username, files })], password);
}

/** Mailman reads it from the header of a message. */
function assertOneLine(password: string): void {
  if (/^[!-~](?:[ -~]*[!-~])?$/.test(password)) return;
  throw badParam(
    'The parameter “password” should have ASCII characters only, and no space at its ends: it is written in the header of ' +
      'messages.',
  );
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function deleteList(context: Planning, named: string): Promise<Plan> {
  const { account, list, lists } = await find(context, named);
  const { username } = account;
  const isOther = (one: MailingList) => one.domain !== list.domain || one.localPart !== list.localPart;
  const plan = await changeMail(context, account, {
    next: (state) => ({ ...state, lists: state.lists.filter(isOther) }),
  });
  const { localPart, domain } = list;
  return withSteps(plan, [
    changeFiles.plan({ username, files: changedFiles(lists, lists.filter(isOther)) }),
    removeList.plan({ localPart, domain }),
  ]);
}

/** @throws ApiError `bad_param`, `not_found`, `weak_password`. */
export async function setListPassword(
  context: Planning,
  named: string,
  password: string,
  rated: Rating,
): Promise<Plan> {
  const { account, list } = await find(context, named);
  assertOneLine(password);
  await assertStrong(withRating(context, rated), password, [account.username, list.localPart], 'list');
  const plan = await changeMail(context, account, { next: (state) => state });
  const { localPart, domain } = list;
  // Mailman does not tell the former one.
  return {
    ...withSteps(plan, [setPassword.plan({ localPart, domain })], password),
    irreversible: true,
  };
}

/** @throws ApiError `bad_param`, `not_found`. */
export async function setListPrivacy(
  context: Planning,
  named: string,
  wanted: Pick<MailingList, 'advertised' | 'subscribePolicy'>,
): Promise<Plan> {
  const { account, list } = await find(context, named);
  const after = { ...list, ...wanted };
  const isSame = (one: MailingList) => postingAddress(one) === postingAddress(list);
  const plan = await changeMail(context, account, {
    next: (state) => ({ ...state, lists: state.lists.map((one) => (isSame(one) ? after : one)) }),
  });
  return withSteps(plan, [configureList.plan({ before: list, after })]);
}

async function find(context: Planning, named: string) {
  await assertListsOn(context);
  const owner = await ownMail(context);
  const state = await readState(context.db, owner.account.username);
  const list = getList(state, ownAddress(owner, { email: named }));
  return { account: owner.account, list, lists: state.lists };
}

function withSteps(plan: Plan, steps: readonly PlannedStep[], secret?: string): Plan {
  return { ...plan, steps: [...plan.steps, ...steps], ...(secret === undefined ? {} : { secret }) };
}
