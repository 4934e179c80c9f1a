// The parameters of ranges of IPv6 addresses.
import type { Param } from '../../../core/define.ts';

export const rangeName = {
  type: 'string',
  maxLength: 64,
  doc: 'The name of a range.',
} as const satisfies Param;

export const newRangeName = {
  ...rangeName,
  pattern: {
    matches: /^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]*[\p{L}\p{N}._-])?$/u,
    expects: 'a name: letters, digits, spaces, “.”, “_” and “-”, the first a letter or a digit',
  },
} as const satisfies Param;

export const rangeNote = {
  type: 'string',
  maxLength: 255,
  doc: 'A comment.',
} as const satisfies Param;
