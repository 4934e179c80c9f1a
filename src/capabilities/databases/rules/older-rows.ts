// The rows of API 2 about databases.
import type { Answer, Field } from '../../../core/define.ts';
import { matcher } from '../../../ground/rules/regular-expression.ts';
import { ALL_PRIVILEGES, privileges } from './privileges.ts';

/** A user that may use a database. */
export const userRow = {
  fields: {
    db: { type: 'string', doc: 'The database.' },
    user: { type: 'string', doc: 'The user.' },
  },
} as const satisfies Field;

/** @param regex undefined: all. @throws ApiError `bad_param`. */
export async function namesMatching(names: readonly string[], regex: string | undefined): Promise<string[]> {
  if (regex === undefined) return [...names];
  const matches = await matcher('regex', regex);
  return names.filter((name) => matches(name));
}

type WithoutSpaces<Name extends string> = Name extends `${infer First} ${infer Others}`
  ? WithoutSpaces<`${First}${Others}`>
  : Name;
type PrivilegeKey = WithoutSpaces<(typeof privileges)[number] | typeof ALL_PRIVILEGES>;

const all = [ALL_PRIVILEGES, ...privileges] as const;

function byPrivilege<Value>(valueOf: (privilege: string) => Value): Record<PrivilegeKey, Value> {
  const entries = all.map((one) => [one.replaceAll(' ', ''), valueOf(one)] as const);
  return Object.fromEntries(entries) as Record<PrivilegeKey, Value>;
}

/** A flag for each privilege, named without spaces: `LOCKTABLES`. */
export const privilegeRow = {
  fields: byPrivilege((privilege) => ({ type: 'flag', doc: `1 if the user has ${privilege}.` }) as const),
} satisfies Field;

/** @param held as the server tells them. */
export function privilegeFlags(held: readonly string[]): Answer<typeof privilegeRow> {
  const hasAll = held.includes(ALL_PRIVILEGES);
  return byPrivilege((privilege) => Number(hasAll || held.includes(privilege)));
}
