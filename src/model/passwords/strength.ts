// How hard a password is to guess.
import { ZxcvbnFactory, type Options } from '@zxcvbn-ts/core';
import { adjacencyGraphs } from '@zxcvbn-ts/language-common';
import { loadPasswordWords } from './words.ts';
import type { SortedWords } from './sorted-words.ts';

/** The guesses that a password of strength 100 takes, as a power of ten. */
const GUESSES_OF_100 = 12;

/** Only the first characters are judged: more of them make no password weaker, and judging hundreds takes seconds. */
const MAX_LENGTH = 64;

/**
 * Ways in which digits and signs are read as letters. zxcvbn's own limit of 100 takes four times as long for a password
 * made of nothing else, and finds no more of 300 common words that are written so.
 */
const MAX_SUBSTITUTIONS = 50;

let judge: Judge | undefined;

/**
 * 0 to 100 by the guesses that zxcvbn expects an attacker to need: 100 is 10^12 of them, 65 about 10^8. `known` is what an
 * attacker knows of the user, such as the name and the domain, and guesses first.
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
  // Given as an option, the dictionaries would be ranked again.
  const { options } = estimator as unknown as { readonly options: Options };
  options.rankedDictionaries = words.dictionaries;
  options.rankedDictionariesMaxWordSize = { ...words.longest };
  return { estimator, words };
}
