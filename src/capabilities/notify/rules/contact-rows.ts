// The contact addresses and notifications of an account as CustInfo of API 2 shows and takes them.
import type { Db } from '../../../core/context.ts';
import type { Answer, Field, Param } from '../../../core/define.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { mayUse } from '../../accounts/rules/features/overrides.ts';
import * as contacts from './account-contacts.ts';
import * as notifications from './account-notifications.ts';

export const ADDRESSES = 'updatecontact';
export const NOTIFICATIONS = 'updatenotificationprefs';

export const contactRow = {
  fields: {
    name: { type: 'string', doc: 'The setting, as CustInfo::savecontactinfo names it.' },
    type: { type: 'string', doc: '“string” or “boolean”.' },
    descp: { type: 'string', doc: 'Its meaning.' },
    enabled: { type: 'flag', doc: '1 if it is set.' },
    value: { type: 'string', doc: 'The address. “1” or “0” for a notification.' },
  },
} as const satisfies Field;

const addressNames = {
  email: 'The first contact address.',
  second_email: 'The second contact address.',
} as const;

/** Without the notifications if the account may not choose them. */
export async function list(db: Db, account: Account): Promise<Answer<typeof contactRow>[]> {
  const present = await contacts.addressesOf(db, account);
  const texts = Object.entries(addressNames).map(([name, descp], at) => {
    const value = present[at] ?? '';
    return { name, type: 'string', descp, enabled: Number(value !== ''), value };
  });
  if (!(await mayUse(db, account.username, NOTIFICATIONS))) return texts;
  const flags = await notifications.list(db, account.username);
  return [...texts, ...flags.map((row) => ({ ...row, type: 'boolean', value: String(row.enabled) }))];
}

export const savedRow = {
  fields: {
    name: { type: 'string', doc: 'The setting.' },
    descp: { type: 'string', doc: 'Its meaning.' },
    value: { type: 'any', doc: 'The address. 1 or 0 for a notification.' },
    display_value: { type: 'string', doc: 'The same for people: “on” or “off” for a notification.' },
  },
} as const satisfies Field;

/** One row for each setting in the call. */
export async function saved(
  db: Db,
  account: Account,
  isGiven: (name: string) => boolean,
): Promise<Answer<typeof savedRow>[]> {
  return (await list(db, account))
    .filter(({ name }) => isGiven(name))
    .map(({ name, descp, type, value }) =>
      type === 'boolean'
        ? { name, descp, value: Number(value), display_value: value === '1' ? 'on' : 'off' }
        : { name, descp, value, display_value: value },
    );
}

/** A flag for each notification. */
export const notificationParams: Readonly<Record<string, Param>> = Object.fromEntries(
  notifications.names.map((name) => [name, notifications.flagFor(name)]),
);

/** The addresses after the change. A parameter that is not given leaves its address as it is. */
export function changed(
  present: readonly string[],
  {
    email,
    second_email: second,
  }: { readonly email?: string | undefined; readonly second_email?: string | undefined },
): string[] {
  const [first = '', other = ''] = present;
  return [email ?? first, second ?? other].filter((address) => address !== '');
}
