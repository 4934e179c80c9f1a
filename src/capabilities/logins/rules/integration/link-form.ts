// The parameters of the functions for integration links.
import type { Param } from '../../../../core/define.ts';
import { ApiError } from '../../../../core/errors.ts';
import { existingAccount } from '../../../../ground/rules/accounts/names.ts';

const NAME = {
  matches: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
  expects: 'a name: at most 64 letters, digits, “_”, “.” and “-”, the first a letter or digit',
} as const;

const TEXT = {
  matches: /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u,
  expects: 'text without control characters',
} as const;

export const account = {
  ...existingAccount,
  required: true,
  doc: 'The account.',
} as const satisfies Param;

export const app = {
  type: 'string',
  required: true,
  pattern: NAME,
  doc: 'The name of the link, such as WHMCS_billing.',
} as const satisfies Param;

export const groupId = {
  type: 'string',
  pattern: NAME,
  doc: 'The name of the group.',
} as const satisfies Param;

export const label = {
  type: 'string',
  required: true,
  maxLength: 128,
  pattern: TEXT,
  doc: 'The text that the user sees.',
} as const satisfies Param;

export const order = {
  type: 'integer',
  min: -1_000_000,
  max: 1_000_000,
  doc: 'The position: lower numbers are first.',
} as const satisfies Param;

export const implementsWord = {
  type: 'string',
  required: true,
  pattern: NAME,
  doc: 'The purpose of the link, such as billing, customer_service, support or upgrade.',
} as const satisfies Param;

export const subscriber = {
  type: 'string',
  required: true,
  maxLength: 256,
  pattern: TEXT,
  doc: 'The ID by which the application knows the user.',
} as const satisfies Param;

export const token = {
  type: 'string',
  required: true,
  sensitive: true,
  pattern: { matches: /^[!-~]+$/, expects: 'a token: printable ASCII characters without spaces' },
  doc: 'The secret with which the application recognises this server. It is stored encrypted and is never shown.',
} as const satisfies Param;

export const url = {
  type: 'string',
  maxLength: 2048,
  pattern: {
    matches: /^https?:\/\/[A-Za-z0-9[][^\s"<>\\^`{|}\p{Cc}]*$/u,
    expects: 'a URL that begins with https:// or http://',
  },
  doc: 'A URL.',
} as const satisfies Param;

/** The token that is sent there logs a user in, so it is never sent without encryption. */
export const secureUrl = {
  ...url,
  pattern: {
    matches: /^https:\/\/[A-Za-z0-9[][^\s"<>\\^`{|}\p{Cc}]*$/u,
    expects: 'a URL that begins with https://',
  },
} as const satisfies Param;

const MAX_IMAGE_LENGTH = 128 * 1024;

export const image = {
  type: 'string',
  maxLength: MAX_IMAGE_LENGTH,
  pattern: {
    matches: /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    expects: 'a PNG image in Base64, without line breaks',
  },
  doc: 'The image of the link: a PNG in Base64, at most 96 KiB.',
} as const satisfies Param;

/** A URL must not contain a password, because users see it. @throws ApiError `bad_param`. */
export function assertUrl(name: string, text: string): void {
  const read = URL.canParse(text) ? new URL(text) : undefined;
  if (read?.username === '' && read.password === '') return;
  const problem = `The parameter “${name}” should be ${url.pattern.expects}, without a username and password.`;
  throw new ApiError('bad_param', problem, { faults: [{ param: name, problem }] });
}

/** The signature of a PNG file, and the first chunk (PNG, sections 5.2 and 11.2.1). */
const PNG_START = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52];

/** @throws ApiError `bad_param`. */
export function assertPng(base64: string): void {
  const bytes = Buffer.from(base64, 'base64');
  if (PNG_START.every((byte, at) => bytes[at] === byte)) return;
  const problem = `The parameter “base64_png_image” should be ${image.pattern.expects}. Its content is not a PNG.`;
  throw new ApiError('bad_param', problem, { faults: [{ param: 'base64_png_image', problem }] });
}
