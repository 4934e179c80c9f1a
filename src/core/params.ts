// Parameters that many functions accept.
import type { Param } from './define.ts';

/** A username that Linux accepts (useradd(8)), starting with a letter as in WHM. */
export const userName = {
  type: 'string',
  pattern: {
    matches: /^[a-z][a-z0-9_-]{0,31}$/,
    expects: 'a username: at most 32 lower-case letters, digits, “_” and “-”, the first a letter',
  },
  doc: 'A user.',
  actsOn: true,
} as const satisfies Param;

/** An existing reseller. */
export const resellerName = { ...userName, completes: 'reseller' } as const satisfies Param;

/** A user who can log in to WHM: root or a reseller. */
export const loginName = { ...userName, completes: 'login' } as const satisfies Param;

/** A user who can have two-factor authentication: root or an account. */
export const existingUser = { ...userName, completes: 'user' } as const satisfies Param;

/** Six digits, as an authenticator app shows them (“123 456” with or without the space). */
export const tfaCode = {
  type: 'string',
  required: true,
  sensitive: true,
  pattern: { matches: /^\d{3} ?\d{3}$/, expects: 'the six digits that the app shows' },
  doc: 'The six digits that the authenticator app shows now.',
} as const satisfies Param;

/** A TOTP secret. The pattern allows the spellings that people type. `totp.parseSecret` checks them exactly. */
export const tfaSecret = {
  type: 'string',
  required: true,
  sensitive: true,
  maxLength: 256,
  pattern: { matches: /^[A-Za-z2-7 =-]+$/, expects: 'Base32: 16 to 103 characters of A-Z and 2-7' },
  doc: 'The secret in Base32. Spaces, lower case and padding are accepted.',
} as const satisfies Param;

/** An IPv4 address in the usual form: four numbers up to 255, without leading zeros. */
export const ipv4Address = {
  type: 'string',
  pattern: {
    matches: /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/,
    expects: 'an IPv4 address, such as 192.0.2.10',
  },
  doc: 'An IPv4 address.',
} as const satisfies Param;
