// `--search WORDS`: finds functions by name, by what they do and by their parameters, in the words people use.
import type { Query, QueryCombination, SearchOptions } from 'minisearch';
import synonyms from '../catalogue/synonyms.json';
import { quote } from '../core/quote.ts';
import { functionRows, type ListedFunction } from './help-layout.ts';
import { tell, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { loadSearchIndex } from './search-index.ts';
import { terms, type SearchIndex } from './search-options.ts';
import { styleFor } from './style.ts';

/** As many as fit on a screen. */
const MOST = 20;

/** Prints what fits best first. @returns the exit status: 0 where there is something, 1 where there is nothing. */
export async function search(line: CommandLine, io: Io): Promise<number> {
  // `--search suspend mail`, without quotes, is meant as well.
  const wanted = [line.search ?? '', line.command ?? '', ...line.words].join(' ').trim();
  const found = find(wanted, await loadSearchIndex());
  if (found.length === 0) {
    const { error } = await styleFor(io.stderr, line.color, io);
    tell(io, `${error(`whmapi1: no function fits ${quote(wanted)}.`)}\n`);
    tell(io, 'whmapi1 --help --all names all functions.\n');
    return 1;
  }
  const style = await styleFor(io.stdout, line.color, io);
  io.stdout.write(`${functionRows(found.slice(0, MOST), style).join('\n')}\n`);
  if (found.length > MOST)
    tell(io, `${found.length - MOST} more fit, less well; more words narrow it down.\n`);
  return 0;
}

/** Functions that fit every word, or else those that fit some; best first. */
export function find(wanted: string, index: SearchIndex): ListedFunction[] {
  const queries = meanings(wanted);
  if (queries.length === 0) return [];
  const all = index.search({ combineWith: 'AND', queries }, searchOptions);
  const found = all.length > 0 ? all : index.search({ combineWith: 'OR', queries }, searchOptions);
  // Whoever knows a name wants to see that function.
  const name = wanted
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
  return found
    .map((one) => one as unknown as ListedFunction)
    .sort((a, b) => Number(b.name === name) - Number(a.name === name));
}

const searchOptions: SearchOptions = {
  combineWith: 'AND',
  boost: { name: 3, summary: 2, family: 1.5, details: 0.2 },
  prefix: (word) => word.length > 2,
  fuzzy: (word) => (word.length > 4 ? 0.2 : false),
  boostDocument: (_name, _term, stored) => {
    if (stored?.isProvided === true) return 1.2;
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
