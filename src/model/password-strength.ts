// How hard a password is to guess.
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';

/** As many guesses as a password of strength 100 takes, as a power of ten. */
const GUESSES_OF_100 = 12;

/** So many characters are judged: what follows makes no password weaker, and takes seconds where there are hundreds. */
const MOST_JUDGED = 64;

/**
 * 0 to 100 by the guesses that zxcvbn expects an attacker to need: 100 is 10^12 of them, 65 about 10^8. What is known
 * of the user, such as the name and the domain, is guessed first.
 */
export function strengthOf(candidate: string, known: readonly string[]): number {
  const estimator = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
    maxLength: MOST_JUDGED,
  });
  const { guessesLog10 } = estimator.check(candidate, [...known]);
  return Math.max(0, Math.min(100, Math.floor((guessesLog10 / GUESSES_OF_100) * 100)));
}
