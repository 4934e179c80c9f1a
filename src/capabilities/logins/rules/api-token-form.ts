// Parameters and responses of the functions on API tokens.
import type { Caller } from '../../../core/context.ts';
import type { Fields, Param } from '../../../core/define.ts';
import { badParam, denied } from '../../../core/errors.ts';
import { readAddresses } from './address-lists.ts';
import { callerOfToken, type ApiToken } from './api-tokens.ts';
import {
  ALL,
  privilegeList,
  showPrivileges,
  type PrivilegeName,
} from '../../accounts/rules/resellers/privileges.ts';

/** The end of the year 9999. A later time was most likely meant in milliseconds. */
const LATEST_SECOND = 253_402_300_799;

/** The parameters for the properties of a token. */
export const tokenParams = {
  acl: {
    type: 'string',
    list: true,
    pattern: privilegeList.pattern,
    doc: 'A privilege of the token. Repeatable, or numbered: acl-1, acl-2. Default: all your privileges.',
  },
  expires_at: {
    type: 'integer',
    min: 0,
    max: LATEST_SECOND,
    default: 0,
    doc: 'The expiry time, in seconds since 1970-01-01; 0 is never.',
  },
  whitelist_ip: {
    type: 'string',
    list: true,
    maxLength: 64,
    doc:
      'An IPv4 or IPv6 address, or a range such as 192.0.2.0/24, from which the token works; “any” is every ' +
      'address. Repeatable, or numbered: whitelist_ip-1, whitelist_ip-2.',
  },
} as const satisfies Record<string, Param>;

/** The fields of a token in every response. */
const common = {
  create_time: { type: 'integer', doc: 'The creation time, in seconds since 1970-01-01.' },
  expires_at: { type: 'any', doc: 'The expiry time, in seconds since 1970-01-01; null if it never expires.' },
  name: { type: 'string', doc: 'Its name.' },
  whitelist_ips: {
    type: 'any',
    doc: 'The addresses and ranges from which it works; null for every address.',
  },
} as const satisfies Fields;

export const tokenFields = {
  acls: {
    list: { type: 'string' },
    doc: 'The privileges, sorted; only “all” if it has root privileges.',
  },
  ...common,
} as const satisfies Fields;

export const listedTokenFields = {
  acls: {
    map: { type: 'flag' },
    keys: 'PRIVILEGE',
    doc: 'All privileges, and whether the token has each of them.',
  },
  ...common,
} as const satisfies Fields;

type Common = Record<'create_time', number> &
  Record<'name', string> & {
    readonly expires_at: number | null;
    readonly whitelist_ips: string[] | null;
  };

/** `owner` is the user of the token, with the user's present privileges. */
export function showToken(token: ApiToken, owner: Caller): Common & { readonly acls: string[] } {
  const { privileges } = callerOfToken(owner, token.grant);
  return { acls: privileges === 'all' ? [ALL] : [...privileges].sort(), ...showCommon(token) };
}

export function showListedToken(
  token: ApiToken,
  owner: Caller,
): Common & { readonly acls: Record<PrivilegeName, 0 | 1> } {
  return { acls: showPrivileges(callerOfToken(owner, token.grant).privileges), ...showCommon(token) };
}

function showCommon({ name, createdAt, expiresAt, whitelist }: ApiToken): Common {
  return {
    create_time: Math.floor(createdAt / 1000),
    expires_at: expiresAt === null ? null : Math.floor(expiresAt / 1000),
    name,
    whitelist_ips: whitelist === null ? null : [...whitelist],
  };
}

/**
 * Returns the privileges of a new token. A token that a limited token creates never has more privileges than that one,
 * now or later.
 * @throws ApiError `denied`. The message names the privileges that the caller lacks.
 */
export function readGrant(caller: Caller, acl: readonly string[]): ApiToken['grant'] {
  const { privileges } = caller;
  if (acl.length === 0) {
    return caller.isLimited === true && privileges !== 'all' ? [...privileges].sort() : 'everything';
  }
  const asked = [...new Set(acl)].sort();
  if (privileges === 'all') return asked;
  const missing = asked.filter((name) => !privileges.has(name));
  if (missing.length === 0) return asked;
  throw denied(
    `You cannot give a token privileges that you do not have: ${missing.map((name) => `“${name}”`).join(', ')}. ` +
      'Run myprivs to list your privileges.',
  );
}

/** Returns milliseconds since 1970-01-01, or null for never. @throws ApiError `bad_param` for a past time. */
export function readExpiry(seconds: number, now: number): number | null {
  if (seconds === 0) return null;
  if (seconds * 1000 > now) return seconds * 1000;
  throw badParam(
    `The parameter “expires_at” should be a time in the future, in seconds since 1970-01-01, or 0 for never, not ${seconds}: ` +
      `it is ${Math.floor(now / 1000)} now.`,
  );
}

/** Formats the time for people. */
export function inWords(expiresAt: number): string {
  return `${new Date(expiresAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Returns null if every address is allowed. @throws ApiError `bad_param`. The message names invalid addresses. */
export function readWhitelist(given: readonly string[]): string[] | null {
  if (given.length === 0 || (given.length === 1 && given[0] === 'any')) return null;
  return readAddresses('whitelist_ip', given);
}

/** Privileges that let a token's holder bypass the token's limits, and how. */
const waysOut: Partial<Record<PrivilegeName, string>> = {
  all: 'it gives root privileges over every account',
  'create-user-session':
    'the token can log in as each reseller that its user can act as, with all privileges of that reseller',
  passwd: 'the token can set the password of an account and then log in with it',
  'manage-api-tokens':
    'the token can create other tokens with its privileges that never expire and work from every address',
};

/** Returns a warning for each privilege that reaches further than it seems. */
export function warningsOf(grant: ApiToken['grant']): string[] {
  if (grant === 'everything') return [];
  return Object.entries(waysOut)
    .filter(([name]) => grant.includes(name))
    .map(([name, how]) => `The privilege “${name}” gives more access than its name suggests: ${how}.`);
}
