// The words of the password dictionaries with their ranks. Rank 1 is the most common word. Ranking about 240,000 words
// takes a fifth of a second. Therefore, the build does it once and replaces this module by one that reads the result
// from a file (scripts/build/password-words.ts).
import { Options } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';
import { SortedWords, sortWords, type Ranking } from './sorted-words.ts';

/** The names of the two dictionaries that the dictionaries of the packages become. */
const WORDS = 'words';
/** zxcvbn finds sequences, such as “MondayTuesday”, among the words of dictionaries with certain names. This is one. */
const SEQUENCES = 'cardinalNumbers';

/**
 * The words of all dictionaries as one, with the best rank of each, and those of zxcvbn’s sequences as another. zxcvbn
 * searches every part of a password in every dictionary, and only the best rank of a word counts in the end. So two
 * dictionaries give the same result as twenty, sooner.
 */
export const rankings: Readonly<Record<string, Ranking>> = merged({
  ...common.dictionary,
  ...english.dictionary,
});

export function loadPasswordWords(): SortedWords {
  return new SortedWords(sortWords(rankings));
}

function merged(
  dictionaries: Readonly<Record<string, readonly (string | number)[]>>,
): Record<string, Ranking> {
  const options = new Options();
  const [words, sequences] = [new Map<string, number>(), new Map<string, number>()];
  for (const [name, list] of Object.entries(dictionaries)) {
    const target = options.isWordSequence(name) ? sequences : words;
    // If a word occurs twice in a dictionary, the later rank counts, as in zxcvbn.
    const ranks = new Map(list.map((word, at) => [String(word), at + 1]));
    for (const [word, rank] of ranks) target.set(word, Math.min(rank, target.get(word) ?? Infinity));
  }
  return { [WORDS]: words, [SEQUENCES]: sequences };
}
