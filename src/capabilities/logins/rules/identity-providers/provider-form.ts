// The parameters of the functions for identity providers.
import type { Param } from '../../../../core/define.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import type { Json } from '../../../../core/values.ts';

export const services = ['cpaneld', 'webmaild', 'whostmgrd'] as const;
export type Service = (typeof services)[number];

export const providerId = {
  type: 'string',
  required: true,
  pattern: {
    matches: /^[a-z][a-z0-9_-]{0,31}$/,
    expects:
      'the ID of an identity provider: at most 32 lower-case letters, digits, “_” and “-”, the first a letter',
  },
  doc: 'The ID of the identity provider, as get_available_authentication_providers returns it.',
} as const satisfies Param;

export const serviceName = {
  type: 'string',
  required: true,
  values: services,
  doc: 'The service: cpaneld (the pages of accounts), webmaild (Webmail) or whostmgrd (the pages of root and resellers).',
} as const satisfies Param;

export const subject = {
  type: 'string',
  required: true,
  maxLength: 255,
  pattern: { matches: /^[\x20-\x7e]+$/, expects: 'the subject (“sub”) of an identity, in ASCII' },
  doc: 'The identity’s unique and permanent identifier at the provider: the claim “sub” of its ID tokens.',
} as const satisfies Param;

export const preferredName = {
  type: 'string',
  required: true,
  maxLength: 255,
  doc: 'The name under which the provider shows the identity. It is shown in lists only.',
} as const satisfies Param;

/**
 * Reads a JSON object of texts.
 * @throws ApiError `bad_param`, which never quotes a value, because it may be a secret.
 */
export function readTexts<Name extends string>(
  configurations: Json,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const example = `{${names
    .slice(0, 2)
    .map((name) => `"${name}":"…"`)
    .join(',')}}`;
  if (typeof configurations !== 'object' || configurations === null || Array.isArray(configurations)) {
    throw badParam(`The parameter “configurations” should be a JSON object such as ${example}.`);
  }
  const entries = Object.entries(configurations);
  if (entries.length === 0) {
    throw badParam(`The parameter “configurations” sets nothing. It can have ${names.join(', ')}.`);
  }
  for (const [name, value] of entries) {
    if (!(names as readonly string[]).includes(name)) {
      throw badParam(
        `“configurations” has the unknown field ${quote(name)}. It can have ${names.join(', ')}.`,
      );
    }
    if (typeof value !== 'string')
      throw badParam(`The field “${name}” of “configurations” should be a text.`);
  }
  return configurations as Partial<Record<Name, string>>;
}
