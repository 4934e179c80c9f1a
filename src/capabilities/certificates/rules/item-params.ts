// The parameters of functions about an account’s keys, signing requests and certificates.
import type { OneOf, Param } from '../../../core/define.ts';

/** The feature that they need. */
export const FEATURE = 'sslmanager';

const MAX_NAME = 255;

/** A new name for people. */
export const newName = {
  type: 'string',
  maxLength: MAX_NAME,
  pattern: {
    matches: /^(?=\S)[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+(?<=\S)$/u,
    expects: 'a name on one line, without spaces at its ends',
  },
  doc: 'A name for people, which no other one of your account has.',
} as const satisfies Param;

/** The parameters that identify an item, for `find`. */
export const wantedItem = (noun: 'key' | 'signing request' | 'certificate') =>
  ({
    id: { type: 'string', maxLength: 400, doc: `The ID of the ${noun}.` },
    friendly_name: {
      type: 'string',
      maxLength: MAX_NAME,
      doc: `The name of the ${noun}, instead of its ID.`,
    },
  }) as const satisfies Readonly<Record<string, Param>>;

/** At least one of them is required. */
export const byIdOrName: OneOf = { count: 'at least', of: ['id', 'friendly_name'] };

/** For functions that return one. */
export const SECRET_KEY_NOTE =
  'A read-only API token may not call this function, because it returns a private key.';
