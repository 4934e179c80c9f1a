// Suggests functions for an unknown name, in case it contains typos or its words are in another order.
import { distance } from 'fastest-levenshtein';
import { absent } from '../catalogue/absent.generated.ts';
import { index } from '../functions/index.generated.ts';
import { writeStderr, type Io } from './io.ts';

const MOST = 3;
/** A longer word is not a typo, and measuring it would take time in proportion to its length. */
const MAX_LENGTH = 100;

/** Words that people type for functions with another name: those of cPanel’s scripts, and what they say. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{
      killacct: 'removeacct',
      terminateacct: 'removeacct',
      deleteacct: 'removeacct',
      delacct: 'removeacct',
    },
    ...{ wwwacct: 'createacct', addacct: 'createacct', newacct: 'createacct', editacct: 'modifyacct' },
    ...{ list: 'listaccts', ls: 'listaccts', users: 'listaccts', whoowns: 'getdomainowner' },
  }),
);

/** Names the functions that a mistyped name may mean, and which of them are not provided here. */
export function suggest(command: string, io: Io): void {
  const other = OTHER_NAMES.get(command.toLowerCase());
  if (other !== undefined) {
    writeStderr(io, `Did you mean ${other}? whmapi1 --help lists the functions.\n`);
    return;
  }
  if (Object.values(index).some(({ family }) => family === command.toLowerCase())) {
    writeStderr(io, `This is a family of functions: whmapi1 --help ${command.toLowerCase()} lists them.\n`);
    return;
  }
  const known = [...Object.keys(index), ...Object.keys(absent)];
  const names = namesLike(command, known, isProvided).map((name) =>
    isProvided(name) ? name : `${name} (not provided here)`,
  );
  writeStderr(
    io,
    `${names.length > 0 ? `Did you mean ${names.join(', or ')}? ` : ''}${furtherHelp(command, names)}\n`,
  );
}

function furtherHelp(command: string, names: readonly string[]): string {
  const parts = partsOf(command.slice(0, MAX_LENGTH));
  return names.length === 0 && parts.length > 1
    ? `whmapi1 --help lists the functions, whmapi1 --search ${parts.join(' ')} may find one.`
    : 'whmapi1 --help lists the functions.';
}

/** Returns at most three of the names, nearest first. If two are equally near, the provided one comes first. */
export function namesLike(
  word: string,
  names: readonly string[],
  isProvided: (name: string) => boolean,
): string[] {
  if (word.length > MAX_LENGTH) return [];
  const given = word.toLowerCase();
  const orders = inEveryOrder(partsOf(given));
  const near = names
    .map((name) => {
      const joined = name.replaceAll('_', '');
      // Words in another order count as one more typo.
      const reordered = orders.map((order) => distance(order, joined) + 1);
      return { name, edits: Math.min(distance(given, name), ...reordered) };
    })
    .sort(
      (a, b) =>
        a.edits - b.edits ||
        Number(isProvided(b.name)) - Number(isProvided(a.name)) ||
        (a.name < b.name ? -1 : 1),
    );
  // If the best name is very near, names that are much farther are irrelevant.
  const most = Math.min(Math.max(2, Math.floor(given.length / 3)), 2 * (near[0]?.edits ?? 0) + 1);
  return near
    .filter(({ edits }) => edits <= most)
    .slice(0, MOST)
    .map(({ name }) => name);
}

function isProvided(name: string): boolean {
  return Object.hasOwn(index, name);
}

function partsOf(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== '');
}

/** Joins the parts in every order. If there are too many parts for that, joins them only in their own order. */
function inEveryOrder(parts: readonly string[]): string[] {
  if (parts.length < 2 || parts.length > 4) return [parts.join('')];
  return parts.flatMap((part, at) => inEveryOrder(parts.toSpliced(at, 1)).map((rest) => part + rest));
}
