// Splits texts into words for the search, in the same way for the index and for queries.
import type MiniSearch from 'minisearch';
import type { Options } from 'minisearch';

/** A function as a search result. */
export interface FoundFunction {
  readonly name: string;
  readonly summary: string;
  /** The family's title. */
  readonly family: string;
  readonly isProvided: boolean;
  readonly isDropped?: boolean;
}

/** A function as stored in the index. */
export interface Indexed extends FoundFunction {
  /** The help about the function and its parameters, as one text. */
  readonly details: string;
}

export type SearchIndex = MiniSearch<Indexed>;

export const indexOptions: Options<Indexed> = {
  idField: 'name',
  fields: ['name', 'summary', 'family', 'details'],
  storeFields: ['name', 'summary', 'family', 'isProvided', 'isDropped'],
  tokenize: (text, field) => (field === 'name' ? nameWords(text) : words(text)),
  processTerm: term,
};

function words(text: string): string[] {
  return text
    .toLowerCase()
    .replaceAll(/['’]/g, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** The verbs at the start of names that are written as one word: `listaccts`, `killdns`. */
const verbs =
  'add|change|create|delete|dump|edit|fetch|generate|get|import|install|kill|limit|list|lookup|match|modify|' +
  'park|remove|reset|resolve|restore|save|set|setup|show|suspend|terminate|unset|unsetup|unsuspend|verify';
const knownVerbs: ReadonlySet<string> = new Set([
  ...verbs.split('|'),
  'disable',
  'enable',
  'grant',
  'revoke',
  'update',
]);
const compound = new RegExp(`^(${verbs})([a-z]{2,})$`);

export function isVerb(word: string): boolean {
  return knownVerbs.has(word);
}

/** Returns the normalised words of a name in order: `suspend`, `acct` for suspendacct. */
export function nameParts(name: string): string[] {
  return words(name).flatMap((word) => compound.exec(word)?.slice(1) ?? [word]);
}

/** Returns the words of a name, and the parts of compound words. */
function nameWords(name: string): string[] {
  return words(name).flatMap((word) => [word, ...(compound.exec(word)?.slice(1) ?? [])]);
}

const empty = new Set(
  (
    'a an and are as at by can do for from has have how i in is it its me my of on or our that the their them ' +
    'to we what where which who whose with you your'
  ).split(' '),
);

/** Normalises a word to the singular. Null for a word without meaning. */
function term(word: string): string | null {
  if (empty.has(word)) return null;
  return word.length > 3 ? word.replace(/([^su])s$/, '$1') : word;
}

/** Returns the normalised words of a text, without those that have no meaning. */
export function terms(text: string): string[] {
  return words(text).flatMap((word) => term(word) ?? []);
}
