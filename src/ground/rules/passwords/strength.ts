// Measures how hard a password is to guess.
import { ZxcvbnFactory, type Options } from '@zxcvbn-ts/core';
import { adjacencyGraphs } from '@zxcvbn-ts/language-common';
import { loadPasswordWords } from './words.ts';
import type { SortedWords } from './sorted-words.ts';

/** The number of guesses for strength 100, as a power of ten. */
const GUESSES_OF_100 = 12;

/**
 * Only the first characters are judged. More characters make no password weaker, and judging hundreds takes seconds.
 */
const MAX_LENGTH = 64;

/**
 * The maximum number of ways to read digits and signs as letters. With zxcvbn's own limit of 100, a password of only
 * such characters takes four times as long, and no more of 300 common words in this spelling are found.
 */
const MAX_SUBSTITUTIONS = 50;

let judge: Judge | undefined;

/**
 * Returns 0 to 100, from the number of guesses that zxcvbn expects an attacker to need: 100 is 10^12 guesses, 65 about
 * 10^8. `known` contains words that an attacker knows about the user, such as the name and the domain, and tries first.
 */
export function strengthOf(candidate: string, known: readonly string[]): number {
  judge ??= createJudge();
  const { guessesLog10 } = judge.estimator.check(candidate, [...known]);
  judge.words.forget();
  return Math.max(0, Math.min(100, Math.floor((guessesLog10 / GUESSES_OF_100) * 100)));
}

interface Judge {
  readonly estimator: ZxcvbnFactory;
  readonly words: SortedWords;
}

function createJudge(): Judge {
  const estimator = new ZxcvbnFactory({
    graphs: adjacencyGraphs,
    maxLength: MAX_LENGTH,
    l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
  });
  const words = loadPasswordWords();
  // Set directly, because dictionaries that are passed as an option would be ranked again.
  const { options } = estimator as unknown as { readonly options: Options };
  options.rankedDictionaries = words.dictionaries;
  options.rankedDictionariesMaxWordSize = { ...words.longest };
  return { estimator, words };
}
