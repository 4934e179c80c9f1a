// A search query of Dovecot (doveadm-search-query(7)), as arguments of doveadm. Each word is one argument, and no shell reads
// them. doveadm itself checks what they mean.
import { split } from 'shlex';
import type { Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';

export const queryParam = {
  type: 'string',
  required: true,
  maxLength: 2000,
  doc:
    'Which messages, as a search query of Dovecot: all, savedbefore 52w, from "ann@example.org" larger 10M. Words in ' +
    'quotation marks are one value.',
} as const satisfies Param;

const MAX_WORDS = 100;
/** The call itself names the mailbox. */
const MAILBOX = /^mailbox(?:-guid)?$/i;

/** @returns the words of the query in parentheses. @throws ApiError `bad_param`. */
export function readQuery(given: string): string[] {
  const invalid = (why: string) => badParam(`Invalid query: ${why}`);
  let words: string[];
  try {
    words = split(given.replaceAll(/[()]/g, ' $& '));
  } catch {
    throw invalid('a quotation mark is not closed.');
  }
  if (words.length === 0) throw invalid('use “all” for all messages.');
  if (words.length > MAX_WORDS) throw invalid(`it has more than ${MAX_WORDS} words.`);
  if (words.some((word) => MAILBOX.test(word)))
    throw invalid('the mailbox is in a parameter of its own, so it cannot have the word MAILBOX.');
  let depth = 0;
  for (const word of words) {
    if (word === '(') depth += 1;
    if (word === ')') depth -= 1;
    if (depth < 0) break;
  }
  if (depth !== 0) throw invalid('its parentheses do not match.');
  return ['(', ...words, ')'];
}
