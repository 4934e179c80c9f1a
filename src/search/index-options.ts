// How texts are cut into words for the search, in the index and in what is searched for alike.
import type MiniSearch from 'minisearch';
import type { Options } from 'minisearch';

/** A function as it is found. */
export interface FoundFunction {
  readonly name: string;
  readonly summary: string;
  /** The family's title. */
  readonly family: string;
  readonly isProvided: boolean;
  readonly isDropped?: boolean;
}

/** A function as the index holds it. */
export interface Indexed extends FoundFunction {
  /** What its help says of it and its parameters, in one text. */
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

/** How names begin that are written in one word: `listaccts`, `killdns`. */
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

/** The words of a name in their order, as they are compared: `suspend`, `acct` of suspendacct. */
export function nameParts(name: string): string[] {
  return words(name).flatMap((word) => compound.exec(word)?.slice(1) ?? [word]);
}

/** The words of a name, and the parts of those that are two in one. */
function nameWords(name: string): string[] {
  return words(name).flatMap((word) => [word, ...(compound.exec(word)?.slice(1) ?? [])]);
}

const empty = new Set(
  (
    'a an and are as at by can do for from has have how i in is it its me my of on or our that the their them ' +
    'to we what where which who whose with you your'
  ).split(' '),
);

/** A word as it is compared, in the singular; null for one that says nothing. */
function term(word: string): string | null {
  if (empty.has(word)) return null;
  return word.length > 3 ? word.replace(/([^su])s$/, '$1') : word;
}

/** The words of a text that say something, as they are compared. */
export function terms(text: string): string[] {
  return words(text).flatMap((word) => term(word) ?? []);
}
