// Parameters that many functions take, described once.
import type { Param } from './define.ts';

/** A user: a name that Linux takes (useradd(8)), starting with a letter as WHM's do. */
export const userName = {
  type: 'string',
  pattern: {
    matches: /^[a-z][a-z0-9_-]{0,31}$/,
    expects: 'a user name: at most 32 lower-case letters, digits, “_” and “-”, the first a letter',
  },
  doc: 'A user.',
} as const satisfies Param;

/** Six digits, as an authenticator app shows them (“123 456” with or without the space). */
export const tfaCode = {
  type: 'string',
  required: true,
  sensitive: true,
  pattern: { matches: /^\d{3} ?\d{3}$/, expects: 'the six digits that the app shows' },
  doc: 'The six digits that the authenticator app shows now.',
} as const satisfies Param;
