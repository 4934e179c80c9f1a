// The parameters of contact methods, and of networks that no longer exist.
import type { Param } from '../../../core/define.ts';
import { ApiError } from '../../../core/errors.ts';
import { emailAddress } from '../../../ground/rules/accounts/names.ts';

const ADDRESS =
  "[A-Za-z0-9][A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{0,63}@(?:[A-Za-z0-9-]{1,63}\\.)+[A-Za-z0-9-]{1,63}";
const URL_TEXT = 'https://[\\x21-\\x7e]{1,1000}';
const TOKEN = '[A-Za-z0-9._-]{1,128}';

const listOf = (one: string, separator: string, most: number) =>
  new RegExp(`^(?:${one}(?:${separator}${one}){0,${most - 1}})?$`);

/** The importances that a contact method receives, in the order of WHM's menu. */
export const levels = ['none', 'high', 'medium', 'all'] as const;

/** By contact method, if its setting `contact_level_METHOD` was never set. */
export const defaultLevels = { email: 'all', pager: 'high', posturl: 'all', pushbullet: 'all' } as const;
export type Method = keyof typeof defaultLevels;

/** Up to ten email addresses. */
export const addressList = {
  matches: listOf(ADDRESS, ', ?', 10),
  expects: 'an email address such as bob@example.com, or a comma-separated list of at most ten',
};

export const urlList = {
  matches: /^(?:https:\/\/[\x21-\x7e]{1,1000}(?:, ?https:\/\/[\x21-\x7e]{1,1000})*)?$/,
  expects: 'a web address that begins with https://, or a comma-separated list',
};

export const tokenList = {
  matches: listOf(TOKEN, ', ?', 10),
  expects: 'an access token of Pushbullet, or a comma-separated list of at most ten',
};

export const contactEmail = {
  type: 'string',
  required: true,
  maxLength: 1024,
  pattern: addressList,
  doc: 'The email address, or a comma-separated list of at most ten.',
} as const satisfies Param;

/** A contact address of the calling account. */
export const ownAddress = { ...emailAddress, list: true } as const satisfies Param;

export const oldAddress = {
  ...ownAddress,
  doc: 'A present address. All of them must be given, so that two changes at once do not undo each other.',
} as const satisfies Param;

/** The password of the calling account. */
export const ownPassword = {
  type: 'string',
  required: true,
  sensitive: true,
  maxLength: 511,
  doc: 'The password of the account. Wrong ones count as failed logins.',
} as const satisfies Param;

export const postUrl = {
  type: 'string',
  sensitive: true,
  maxLength: 1024,
  pattern: { matches: new RegExp(`^${URL_TEXT}$`), expects: 'a web address that begins with https://' },
  doc: 'A web address.',
} as const satisfies Param;

export const pushbulletToken = {
  type: 'string',
  sensitive: true,
  maxLength: 128,
  pattern: { matches: new RegExp(`^${TOKEN}$`), expects: 'an access token of Pushbullet, such as o.abc123' },
  doc: 'An access token.',
} as const satisfies Param;

/** The same for the calling account, which can remove it. */
export const ownPushbulletToken = {
  ...pushbulletToken,
  pattern: {
    matches: new RegExp(`^(?:${TOKEN})?$`),
    expects: 'an access token of Pushbullet, such as o.abc123, or empty',
  },
} as const satisfies Param;

const ENDED = 'The network no longer exists.';

/** The login of a network that no longer exists. */
export const endedLogin = {
  username: { type: 'string', required: true, maxLength: 128, noEffectReason: ENDED, doc: 'The account.' },
  password: {
    type: 'string',
    required: true,
    sensitive: true,
    maxLength: 128,
    noEffectReason: ENDED,
    doc: 'The account’s password.',
  },
} as const satisfies Record<string, Param>;

export function networkEnded(network: string, when: string): ApiError {
  return new ApiError(
    'service_ended',
    `${network} was shut down in ${when}, so no message can be sent. Use mail, a web address or Pushbullet: see ` +
      'update_contact_email, send_test_posturl and send_test_pushbullet_note.',
  );
}
