// The words of the password dictionaries with their ranks. Rank 1 is the most common word. Ranking about 240,000 words
// takes a fifth of a second. Therefore, the build does it once and replaces this module by one that reads the result
// from a file (scripts/build/password-words.ts).
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';
import { SortedWords, sortWords, type Dictionaries } from './sorted-words.ts';

/** The words of the packages. If a word occurs twice in a dictionary, the later rank counts, as in zxcvbn. */
export const dictionaries: Dictionaries = Object.fromEntries(
  Object.entries({ ...common.dictionary, ...english.dictionary }).map(([name, words]) => [
    name,
    words.map(String),
  ]),
);

export function loadPasswordWords(): SortedWords {
  return new SortedWords(sortWords(dictionaries));
}
