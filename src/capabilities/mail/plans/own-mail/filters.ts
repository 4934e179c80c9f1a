// Rules for incoming mail, of the account that calls or of one of its mailboxes.
import type { Context } from '../../../../core/context.ts';
import type { FamilyArgument } from '../../../../core/define.ts';
import { badParam, notFound } from '../../../../core/errors.ts';
import type { Plan } from '../../../../core/plan.ts';
import { quote } from '../../../../core/quote.ts';
import { matcher } from '../../../../ground/rules/regular-expression.ts';
import {
  assertDestination,
  getMailbox,
  ownAddress,
  ownMail,
  type Address,
  type MailOwner,
} from '../../rules/email-form.ts';
import { filterParts, folderOf } from '../../rules/sieve.ts';
import {
  readState,
  type Filter,
  type FilterAction,
  type FilterRule,
  type MailState,
} from '../../rules/state.ts';
import { changeMail } from '../change-mail.ts';

type Planning = Omit<Context, 'plan'>;

/** Dovecot refuses longer scripts. */
const MAX_FILTERS = 200;
const MAX_LINES = 50;
export const matches = [
  ...['is', 'matches', 'contains', 'does not contain', 'begins', 'does not begin', 'ends', 'does not end'],
  ...['does not match', 'is above', 'is not above', 'is below', 'is not below'],
] as const;
const actions = ['deliver', 'fail', 'finish', 'save'] as const;

/** Numbered arguments: `part1`, `part2`, … @returns the values in the order of their numbers, by number. */
function numbered(args: readonly FamilyArgument[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { name, value } of args) if (/^\d{1,4}$/.test(name)) found.set(Number(name), value);
  return new Map([...found].sort(([a], [b]) => a - b));
}

export interface FilterArguments {
  readonly part: readonly FamilyArgument[];
  readonly match: readonly FamilyArgument[];
  readonly val: readonly FamilyArgument[];
  readonly opt: readonly FamilyArgument[];
  readonly action: readonly FamilyArgument[];
  readonly dest: readonly FamilyArgument[];
}

/** @throws ApiError `bad_param`. */
async function rulesOf(args: FilterArguments): Promise<FilterRule[]> {
  const [parts, found, values, options] = [args.part, args.match, args.val, args.opt].map(numbered);
  const rules: FilterRule[] = [];
  for (const [number, part] of parts ?? []) {
    const match = found?.get(number) ?? 'contains';
    const val = values?.get(number) ?? '';
    const opt = options?.get(number) === 'or' ? 'or' : 'and';
    if (!filterParts.includes(part))
      throw badParam(
        `The parameter “part${number}” should be one of ${filterParts.join(', ')}; not ${quote(part)}.`,
      );
    if (!(matches as readonly string[]).includes(match))
      throw badParam(
        `The parameter “match${number}” should be one of ${matches.join(', ')}; not ${quote(match)}.`,
      );
    if (/matches|match$/.test(match)) await matcher(`val${number}`, val);
    if (/above|below/.test(match) && !/^\d{1,9}$/.test(val))
      throw badParam(`The parameter “val${number}” should be a whole number, not ${quote(val)}.`);
    rules.push({ part, match, val, opt });
  }
  if (rules.length > 0 && rules.length <= MAX_LINES) return rules;
  throw badParam(`A filter should have 1 to ${MAX_LINES} rules: part1, match1 and val1, and so on.`);
}

/** @throws ApiError `bad_param`. */
function actionsOf(args: FilterArguments): FilterAction[] {
  const [names, destinations] = [args.action, args.dest].map(numbered);
  const found = [...(names ?? [])].map(([number, action]): FilterAction => {
    const dest = destinations?.get(number) ?? '';
    if (action === 'pipe')
      throw badParam('Mail is not passed to programs on this server. Save it to a folder instead.');
    if (!(actions as readonly string[]).includes(action))
      throw badParam(
        `The parameter “action${number}” should be one of ${actions.join(', ')}; not ${quote(action)}.`,
      );
    if (action === 'deliver') assertDestination(`dest${number}`, dest);
    if (
      action === 'save' &&
      dest !== '/dev/null' &&
      !/^INBOX(?:\.[^./\u0000-\u001f\\*%]+)*$/i.test(folderOf(dest))
    )
      throw badParam(
        `The parameter “dest${number}” should be a folder such as INBOX.Shop, not ${quote(dest)}.`,
      );
    return { action: action as FilterAction['action'], dest };
  });
  if (found.length > 0 && found.length <= MAX_LINES) return found;
  throw badParam(`A filter should have 1 to ${MAX_LINES} actions: action1 and dest1, and so on.`);
}

/** No address: all mailboxes of the account. @throws ApiError `bad_param`, `not_found`. */
function placeOf(owner: MailOwner, state: MailState, account: string | undefined): Address {
  if (account === undefined || account === '' || account === owner.account.username)
    return { localPart: '', domain: '' };
  const address = ownAddress(owner, { email: account });
  getMailbox(state, address);
  return address;
}

const isAt = (one: Address, { localPart, domain }: Address) =>
  one.localPart === localPart && one.domain === domain;

/** The filters of a mailbox, or of the account, in their order. @throws ApiError `bad_param`, `not_found`. */
export async function ownFilters(
  context: Pick<Context, 'db' | 'caller'>,
  account: string | undefined,
): Promise<Filter[]> {
  const owner = await ownMail(context);
  const state = await readState(context.db, owner.account.username);
  return filtersAt(state, placeOf(owner, state, account));
}

const filtersAt = ({ filters }: MailState, place: Address) =>
  filters
    .filter((one) => isAt(one, place))
    .sort((a, b) => a.position - b.position || (a.name < b.name ? -1 : 1));

/** @throws ApiError `bad_param`, `not_found`. */
export async function getFilter(
  context: Pick<Context, 'db' | 'caller'>,
  account: string | undefined,
  name: string,
): Promise<Filter> {
  const found = (await ownFilters(context, account)).find((one) => one.name === name);
  if (found === undefined) throw noFilter(name);
  return found;
}

interface StoredFilter extends FilterArguments {
  readonly account: string | undefined;
  readonly filtername: string;
  readonly oldfiltername: string | undefined;
}

/** Creates a filter, or replaces one. @throws ApiError `bad_param`, `not_found`. */
export async function storeFilter(context: Planning, args: StoredFilter): Promise<Plan> {
  const { account, filtername: name, oldfiltername: former = name } = args;
  const [rules, done] = [await rulesOf(args), actionsOf(args)];
  return changeFilters(context, account, (filters, place) => {
    const replaced = filters.find((one) => one.name === former);
    if (name !== former && filters.some((one) => one.name === name))
      throw badParam(`There is already a filter with the name ${quote(name)}. Choose another one.`);
    if (replaced === undefined && filters.length >= MAX_FILTERS)
      throw badParam(`There are already ${MAX_FILTERS} filters. Remove one with delete_filter first.`);
    const { position = filters.length, enabled = true } = replaced ?? {};
    const stored: Filter = { ...place, name, position, enabled, rules, actions: done };
    return [...filters.filter((one) => one !== replaced), stored];
  });
}

/** @throws ApiError `bad_param`, `not_found`. */
export function removeFilter(context: Planning, account: string | undefined, name: string): Promise<Plan> {
  return changeFilters(context, account, (filters) => {
    if (!filters.some((one) => one.name === name)) throw noFilter(name);
    return filters.filter((one) => one.name !== name);
  });
}

/** @throws ApiError `bad_param`, `not_found`. */
export function enableFilter(
  context: Planning,
  account: string | undefined,
  { name, enabled }: { readonly name: string; readonly enabled: boolean },
): Promise<Plan> {
  return changeFilters(context, account, (filters) => {
    if (!filters.some((one) => one.name === name)) throw noFilter(name);
    return filters.map((one) => (one.name === name ? { ...one, enabled } : one));
  });
}

/** Filters that are not named keep their order after the others. @throws ApiError `bad_param`, `not_found`. */
export function reorderFilters(
  context: Planning,
  account: string | undefined,
  names: readonly string[],
): Promise<Plan> {
  return changeFilters(context, account, (filters) => {
    for (const name of names) if (!filters.some((one) => one.name === name)) throw noFilter(name);
    const rest = filters.map(({ name }) => name).filter((name) => !names.includes(name));
    const order = [...names, ...rest];
    return filters.map((one) => ({ ...one, position: order.indexOf(one.name) }));
  });
}

async function changeFilters(
  context: Planning,
  account: string | undefined,
  change: (filters: readonly Filter[], place: Address) => readonly Filter[],
): Promise<Plan> {
  const owner = await ownMail(context);
  const next = (state: MailState): MailState => {
    const place = placeOf(owner, state, account);
    const others = state.filters.filter((one) => !isAt(one, place));
    return { ...state, filters: [...others, ...change(filtersAt(state, place), place)] };
  };
  return changeMail(context, owner.account, { next });
}

const noFilter = (name: string) =>
  notFound(`There is no filter with the name ${quote(name)}. list_filters shows all.`);
