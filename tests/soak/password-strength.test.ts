// The strength of random passwords, others in each run, compared with zxcvbn’s own dictionaries and lookups.
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';
import { strengthOf } from '../../src/ground/rules/passwords/strength.ts';

const PASSWORDS = 1000;
const KNOWN = ['bob', 'bob.example'];
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

it(`of ${PASSWORDS} passwords is the same (seed ${seed})`, () => {
  const dictionary = { ...common.dictionary, ...english.dictionary };
  const zxcvbn = new ZxcvbnFactory({
    dictionary,
    graphs: common.adjacencyGraphs,
    maxLength: 64,
    l33tMaxSubstitutions: 50,
  });
  const lists: readonly (readonly (string | number)[])[] = Object.values(dictionary);
  let state = seed % 2_147_483_647 || 1;
  const below = (most: number) => (state = (state * 48_271) % 2_147_483_647) % most;
  const one = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  // Every dictionary is as likely as any other, so the sequences of the small ones occur.
  const word = () => String(one(one(lists)));
  const digitsForLetters = (text: string) =>
    text.replace(/[aeiost]/gi, (letter) => {
      const sign = { a: '4', e: '3', i: '1', o: '0', s: '$', t: '7' }[letter.toLowerCase()];
      return below(2) === 0 ? letter : (sign ?? letter);
    });
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  const printable = () => String.fromCharCode(33 + below(94));
  const kinds: readonly (() => string)[] = [
    word,
    () => digitsForLetters(word()),
    () => capital(word()) + String(below(10_000)),
    () => word() + one(['', ' ', '-', '_', '.']) + word(),
    () => [word(), word(), word()].map(capital).join(''),
    () => [...word()].reverse().join(''),
    () => digitsForLetters(word() + one(['!', '1', '', '_']) + word()),
    () => word() + word().toUpperCase() + one(KNOWN),
    () => Array.from({ length: 1 + below(16) }, printable).join(''),
    () => printable().repeat(1 + below(5)) + word(),
    () => `${1 + below(28)}${one(['.', '/', '-', ''])}${1 + below(12)}${one(['.', '/'])}${1940 + below(90)}`,
    () => one(['qwerty', 'asdfgh', 'abcdef', '987654', 'zxcvbn']) + word(),
  ];
  const passwords = Array.from({ length: PASSWORDS }, (_, at) => kinds[at % kinds.length]?.() ?? '');
  const wrong = passwords.flatMap((password) => {
    const { guessesLog10 } = zxcvbn.check(password, [...KNOWN]);
    const expected = Math.max(0, Math.min(100, Math.floor((guessesLog10 / 12) * 100)));
    const found = strengthOf(password, KNOWN);
    return found === expected ? [] : [{ password, expected, found }];
  });
  expect(wrong).toEqual([]);
});
