// Which functions fit what somebody looks for, best first: the same on the command line and on the page.
import type { Query, QueryCombination, SearchOptions, SearchResult } from 'minisearch';
import synonyms from '../catalogue/synonyms.json';
import { isVerb, nameParts, terms, type FoundFunction, type SearchIndex } from './index-options.ts';

/** What fits less than this share of the best is left out: it has one of the words somewhere in its parameters. */
const LEAST_SHARE = 0.2;

/** Functions that fit every word, or else those that fit some; best first. */
export function find(wanted: string, index: SearchIndex): FoundFunction[] {
  const fitting = findFitting(wanted, index);
  return fitting.length > 0 ? fitting : findCombined('OR', wanted, index);
}

/** Functions, or whatever else the index has, that fit every word; best first. */
export function findFitting(wanted: string, index: SearchIndex): FoundFunction[] {
  return findCombined('AND', wanted, index);
}

function findCombined(combineWith: 'AND' | 'OR', wanted: string, index: SearchIndex): FoundFunction[] {
  const queries = meanings(wanted);
  if (queries.length === 0) return [];
  const found = index.search({ combineWith, queries }, searchOptions);
  const given = new Set(terms(wanted));
  // A user who types a full name wants to see that function.
  const name = wanted
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  const ranked = found
    .map((one) => ({ fn: one as unknown as FoundFunction, rank: rankOf(one, given, name) }))
    .sort((a, b) => b.rank - a.rank);
  const least = (ranked.find(({ rank }) => rank < Infinity)?.rank ?? 0) * LEAST_SHARE;
  return ranked.filter(({ rank }) => rank >= least).map(({ fn }) => fn);
}

/** A name that begins with a word that was given says what the function does. Who names no object means accounts. */
function rankOf({ score, name: found }: SearchResult, given: ReadonlySet<string>, name: string): number {
  if (found === name) return Infinity;
  const [verb = '', ...others] = nameParts(String(found));
  if (!isVerb(verb) || !given.has(verb)) return score;
  return score * (others.some((part) => part === 'acct' || given.has(part)) ? 2 : 1.5);
}

const searchOptions: SearchOptions = {
  combineWith: 'AND',
  boost: { name: 3, summary: 2, family: 1.5, details: 0.2 },
  prefix: (word) => word.length > 2,
  fuzzy: (word) => (word.length > 4 ? 0.2 : false),
  boostDocument: (_name, _term, stored) => {
    if (stored?.isProvided === true) return 1.6;
    return stored?.isDropped === true ? 0.5 : 1;
  },
};

/** What people say, as it is compared, and what the functions' texts say in its place. */
const sayings = new Map(
  Object.entries(synonyms).map(([saying, others]) => [terms(saying).join(' '), others]),
);
const longest = Math.max(...[...sayings.keys()].map((saying) => saying.split(' ').length));

/** Each word, or saying of several, with the others that mean it. */
function meanings(wanted: string): Query[] {
  const given = terms(wanted);
  const queries: QueryCombination[] = [];
  for (let at = 0; at < given.length;) {
    let count = Math.min(longest, given.length - at);
    while (count > 1 && !sayings.has(given.slice(at, at + count).join(' '))) count--;
    const saying = given.slice(at, at + count).join(' ');
    const others = sayings.get(saying) ?? [];
    // What a saying of several words means is surer than what one word may mean.
    const weight = count > 1 ? 4 : 0.6;
    queries.push({
      combineWith: 'OR',
      queries: [
        { combineWith: 'AND', queries: [saying] },
        // Texts of ours, which are spelt as they are meant.
        ...others.map((text): Query => ({
          combineWith: 'AND',
          queries: [text],
          fuzzy: false,
          boostTerm: () => weight,
        })),
      ],
    });
    at += count;
  }
  return queries;
}
