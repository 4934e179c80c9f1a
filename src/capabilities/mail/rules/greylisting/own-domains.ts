// The domains of an account, with whether their mail is greylisted.
import type { Context } from '../../../../core/context.ts';
import type { Field } from '../../../../core/define.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import { getOwn, type Account } from '../../../accounts/rules/accounts.ts';
import { listOf } from '../../../domains/rules/hosted-domains.ts';
import { readState, type MailState } from '../state.ts';

/** What WHM calls the feature of packages. */
export const FEATURE = 'greylist';

export const domainsField = {
  list: {
    fields: {
      dependencies: {
        list: { type: 'string' },
        doc: 'Domains that change with it. There are none: each has its own setting.',
      },
      domain: { type: 'string', doc: 'The domain.' },
      enabled: { type: 'flag', doc: 'Whether its mail is greylisted, if the server does it.' },
      searchhint: { type: 'string', doc: 'The text for searches: the domain.' },
      type: { type: 'string', doc: '“main”, “sub”, “addon” or “parked”.' },
    },
  },
  doc: 'The domains, the main domain first.',
} as const satisfies Field;

interface OwnDomain {
  readonly domain: string;
  readonly type: string;
  readonly isEnabled: boolean;
}

export interface OwnDomains {
  readonly account: Account;
  readonly domains: readonly OwnDomain[];
}

export async function readOwn({ db, caller }: Pick<Context, 'db' | 'caller'>): Promise<OwnDomains> {
  const account = await getOwn(db, caller);
  const hosted = (await listOf(db, account.username)).filter(({ domain }) => !domain.startsWith('*'));
  const { greylistOff } = await readState(db, account.username);
  const off = new Set(greylistOff.map(({ domain }) => domain));
  const all = [{ domain: account.domain, type: 'main' }, ...hosted];
  const domains = all.map(({ domain, type }) => ({ domain, type, isEnabled: !off.has(domain) }));
  return { account, domains };
}

/** @throws ApiError `bad_param` for a domain of somebody else. */
export function assertOwn({ domains }: OwnDomains, names: readonly string[]): void {
  const foreign = names.find((name) => !domains.some(({ domain }) => domain === name));
  if (foreign !== undefined) throw badParam(`You do not have a domain ${quote(foreign)}.`);
}

/** The state of mail in which the mail of these domains is greylisted, or not. */
export const withGreylisting =
  (names: readonly string[], isOn: boolean) =>
  (state: MailState): MailState => {
    const others = state.greylistOff.filter(({ domain }) => !names.includes(domain));
    return { ...state, greylistOff: isOn ? others : [...others, ...names.map((domain) => ({ domain }))] };
  };

/** The records of domains, once those of these names are enabled or disabled. */
export function recordsOf({ domains }: OwnDomains, names: readonly string[] = [], isOn = false) {
  const changed = new Set(names);
  return domains.map(({ domain, type, isEnabled }) => ({
    ...{ dependencies: [], domain, searchhint: domain, type },
    enabled: (changed.has(domain) ? isOn : isEnabled) ? 1 : 0,
  }));
}
