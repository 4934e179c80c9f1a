// Ranks the functions that match a search, best first. The command line and the page use the same ranking.
import type { Query, QueryCombination, SearchOptions, SearchResult } from 'minisearch';
import synonyms from '../catalogue/synonyms.json';
import { accountPrograms } from '../core/account-programs.ts';
import { isVerb, nameParts, terms, type FoundFunction, type SearchIndex } from './index-options.ts';

/** Results below this share of the best rank are omitted. They contain a word only somewhere in their parameters. */
const LEAST_SHARE = 0.2;

/** Finds functions that match every word, or otherwise those that match some. Best first. */
export function find(wanted: string, index: SearchIndex): FoundFunction[] {
  const fitting = findFitting(wanted, index);
  return fitting.length > 0 ? fitting : findCombined('OR', wanted, index);
}

/** The maximum number of tweak settings among the results. */
const MAX_SETTINGS = 5;

export interface Found {
  /** Best first. */
  readonly functions: readonly FoundFunction[];
  readonly settings: readonly FoundFunction[];
  /** True if the settings contain all words, and no function does: they are the better results. */
  readonly areSettingsFirst: boolean;
}

/** Finds functions, and tweak settings that match every word. */
export function findBoth(wanted: string, functions: SearchIndex, tweakSettings: SearchIndex): Found {
  const settings = findFitting(wanted, tweakSettings).slice(0, MAX_SETTINGS);
  const isNamed = settings.some(({ name }) => name === wanted);
  const areSettingsFirst = isNamed || findFitting(wanted, functions).length === 0;
  return { functions: find(wanted, functions), settings, areSettingsFirst };
}

/** Finds functions or other entries of the index that match every word. Best first. */
function findFitting(wanted: string, index: SearchIndex): FoundFunction[] {
  return findCombined('AND', wanted, index);
}

function findCombined(combineWith: 'AND' | 'OR', wanted: string, index: SearchIndex): FoundFunction[] {
  const queries = meanings(wanted);
  if (queries.length === 0) return [];
  const found = index.search({ combineWith, queries }, searchOptions);
  const given = new Set(terms(wanted));
  // If the user typed a full name, that function comes first.
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

/** Ranks a name higher if it begins with a verb of the query. A query without an object usually means accounts. */
function rankOf({ score, name: found }: SearchResult, given: ReadonlySet<string>, name: string): number {
  if (found === name) return Infinity;
  const [verb = '', ...others] = nameParts(String(found).split(' ').at(-1) ?? '');
  if (!isVerb(verb) || !given.has(verb)) return score;
  return score * (others.some((part) => part === 'acct' || given.has(part)) ? 2 : 1.5);
}

const searchOptions: SearchOptions = {
  combineWith: 'AND',
  boost: { name: 3, summary: 2, family: 1.5, details: 0.2 },
  prefix: (word) => word.length > 2,
  fuzzy: (word) => (word.length > 4 ? 0.2 : false),
  boostDocument: (_name, _term, stored) => {
    if (stored?.family === accountPrograms.uapi.title) return 0.8;
    if (stored?.family === accountPrograms.api2.title) return 0.7;
    if (stored?.isProvided === true) return 1.6;
    return stored?.isDropped === true ? 0.5 : 1;
  },
};

/** Maps normalised expressions that people use to the words in the functions' texts. */
const sayings = new Map(
  Object.entries(synonyms).map(([saying, others]) => [terms(saying).join(' '), others]),
);
const longest = Math.max(...[...sayings.keys()].map((saying) => saying.split(' ').length));

/** Returns a query for each word or expression, including its synonyms. */
function meanings(wanted: string): Query[] {
  const given = terms(wanted);
  const queries: QueryCombination[] = [];
  for (let at = 0; at < given.length;) {
    let count = Math.min(longest, given.length - at);
    while (count > 1 && !sayings.has(given.slice(at, at + count).join(' '))) count--;
    const saying = given.slice(at, at + count).join(' ');
    const others = sayings.get(saying) ?? [];
    // The synonym of an expression of several words is more reliable than that of a single word.
    const weight = count > 1 ? 4 : 0.6;
    queries.push({
      combineWith: 'OR',
      queries: [
        { combineWith: 'AND', queries: [saying] },
        // Synonyms come from this program and contain no typos.
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
