import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import * as common from '@zxcvbn-ts/language-common';
import * as english from '@zxcvbn-ts/language-en';
import fc from 'fast-check';
import { strengthOf } from '../../../../src/ground/rules/passwords/strength.ts';
import { rankings } from '../../../../src/ground/rules/passwords/words.ts';
import { SortedWords, sortWords } from '../../../../src/ground/rules/passwords/sorted-words.ts';

const ranked = (lists: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(
    Object.entries(lists).map(([name, words]) => [name, new Map(words.map((word, at) => [word, at + 1]))]),
  );

describe('sorted words', () => {
  it('have the ranks of the lists that they come from', () => {
    const word = fc.string({ unit: 'binary', maxLength: 4 }).filter((one) => !/[\0-\n]/.test(one));
    const list = fc.uniqueArray(word, { maxLength: 30 });
    fc.assert(
      fc.property(fc.dictionary(fc.string(), list, { maxKeys: 4 }), fc.array(word), (lists, others) => {
        const sorted = new SortedWords(sortWords(ranked(lists))).dictionaries;
        const wrong = Object.entries(lists).flatMap(([name, words]) =>
          [...words, ...others].filter((one) => {
            const at = words.indexOf(one);
            return sorted[name]?.[one] !== (at === -1 ? undefined : at + 1);
          }),
        );
        expect(wrong).toEqual([]);
      }),
    );
  });

  it('have the length of the longest word of each list', () => {
    expect(new SortedWords(sortWords(ranked({ few: ['a', 'bcd'], none: [] }))).longest).toEqual({
      few: 3,
      none: 0,
    });
  });

  it('contain every word of the packages', () => {
    const sorted = new SortedWords(sortWords(rankings)).dictionaries;
    const wrong = Object.entries(rankings).flatMap(([name, ranking]) =>
      [...ranking].filter(([word, rank]) => sorted[name]?.[word] !== rank),
    );
    expect(wrong).toEqual([]);
  });

  it('have the best rank of each word of the packages', () => {
    const lists = Object.values({ ...common.dictionary, ...english.dictionary }).map(
      (words) => new Map(words.map((word, at) => [word, at + 1])),
    );
    const best = (all: readonly ReadonlyMap<string, number>[]) => {
      const ranks = new Map<string, number>();
      for (const [word, rank] of all.flatMap((one) => [...one]))
        if (rank < (ranks.get(word) ?? Infinity)) ranks.set(word, rank);
      return ranks;
    };
    const [found, expected] = [best(Object.values(rankings)), best(lists)];
    expect(found.size).toBe(expected.size);
    const wrong = [...expected].filter(([word, rank]) => found.get(word) !== rank);
    expect(wrong).toEqual([]);
  });
});

describe('the strength of a password', () => {
  it('is the same as with zxcvbn’s own dictionaries', () => {
    const zxcvbn = new ZxcvbnFactory({
      dictionary: { ...common.dictionary, ...english.dictionary },
      graphs: common.adjacencyGraphs,
      maxLength: 64,
    });
    const passwords = [
      ...[
        'password',
        'P@ssw0rd1',
        'correct horse battery staple',
        'xK9$mP2@qL5!wR8#',
        'bob.example1',
        '3lpm4x3',
      ],
      ...[
        'qwertyuiop',
        '19870423',
        'abcdefgh',
        'aaaaaaaa',
        '1llum1n4t10n',
        'MondayTuesday',
        'Ünïcode wörd',
        '',
      ],
      ...['__proto__', 'constructor', 'toString1!', '\u{1f600}\u{1f600}', 'a\tb\nc'],
    ];
    const expected = passwords.map((one) => {
      const { guessesLog10 } = zxcvbn.check(one, ['bob', 'bob.example']);
      return Math.max(0, Math.min(100, Math.floor((guessesLog10 / 12) * 100)));
    });
    expect(passwords.map((one) => strengthOf(one, ['bob', 'bob.example']))).toEqual(expected);
  });
});
