// The hidden interface for shells: `whmapi1 --complete WORD ...` prints the candidates for the last word, and so do uapi and
// cpapi2. The scripts under share/ run it whenever the Tab key is pressed. Every user of the server can read the words of
// a process. The scripts therefore pass only the name of each argument, and the word at the cursor in the environment
// (WHMAPI1_COMPLETE_WORD).
import { readdirSync, statSync } from 'node:fs';
import type { AccountProgram } from '../core/account-programs.ts';
import type { NameKind } from '../core/define.ts';
import { argumentNames, argumentValues, nameKindOf } from './complete-arguments.ts';
import type { Io } from './io.ts';
import { optionRows } from './option-rows.ts';
import {
  accountFunctionCandidates,
  completable,
  completableAccountFunction,
  functionCandidates,
  moduleCandidates,
} from './ready.ts';

/**
 * A candidate for a word. After a candidate that ends with `=`, `/` or `.`, the word continues. After any other, the
 * shell adds a space.
 */
export interface Candidate {
  readonly value: string;
  /** A short description. */
  readonly about: string;
}

/** Undefined for whmapi1. */
type Program = AccountProgram | undefined;

/** The words before the word that is completed. */
interface Before {
  /** For uapi and cpapi2: the module. */
  readonly command: string | undefined;
  /** For uapi and cpapi2: the names begin with the function. */
  readonly names: readonly string[];
  readonly options: ReadonlySet<string>;
  /** The value of --user. Undefined if it is not given. */
  readonly user: string | undefined;
  /** The option whose value is completed. */
  readonly pending: Option | undefined;
  /** True after `--`, after which there are no options. */
  readonly isEnded: boolean;
}

interface Option {
  /** `--output` */
  readonly name: string;
  readonly takesValue: boolean;
  readonly choices: readonly string[];
  readonly completes: NameKind | undefined;
  readonly isRepeatable: boolean;
  readonly doc: string;
}

const options: readonly Option[] = optionRows.map((row) => ({
  name: /--[a-z-]+/.exec(row.flags)?.[0] ?? '',
  takesValue: row.flags.endsWith('>'),
  choices: 'choices' in row ? row.choices : [],
  completes: 'completes' in row ? row.completes : undefined,
  isRepeatable: 'collect' in row,
  doc: row.doc,
}));

/** Maps `-h` to `--help`. */
const shortNames = new Map(
  optionRows.flatMap(({ flags }) => {
    const [, short, long] = /^(-[a-z]), (--[a-z-]+)/.exec(flags) ?? [];
    return short === undefined || long === undefined ? [] : [[short, long] as const];
  }),
);

/** Prints one candidate per line: the word, a tab, its description. The shell selects the candidates that match. */
export async function complete(program: Program, words: readonly string[], io: Io): Promise<number> {
  const candidates = await candidatesFor(program, words, io);
  const lines = candidates
    .filter(({ value }) => !/[\t\n]/.test(value))
    .map(({ value, about }) => `${value}\t${about}\n`);
  io.stdout.write(lines.join(''));
  return 0;
}

async function candidatesFor(
  program: Program,
  words: readonly string[],
  io: Io,
): Promise<readonly Candidate[]> {
  const before = readBefore(words.slice(0, -1));
  const current = words.at(-1) ?? '';
  if (before.pending !== undefined) return valuesOf(program, before.pending, current, before, io);
  if (current.startsWith('-') && !before.isEnded) {
    const [, name = '', value] = /^(--[a-z-]+)=(.*)$/s.exec(current) ?? [];
    const option = options.find((one) => one.name === name && one.takesValue);
    if (option === undefined || value === undefined) return optionNames(before);
    return prefixed(`${name}=`, await valuesOf(program, option, value, before, io));
  }
  if (program !== undefined) return accountWords(program, before, current);
  const { command } = before;
  if (command === undefined && before.options.has('--tasks')) return names('task', current, before, io);
  if (command === undefined && before.options.has('--wait')) {
    return [...(await names('task', current, before, io)), ...(await functionNames('help'))];
  }
  if (command === undefined) return functionNames(before.options.has('--help') ? 'families' : 'help');
  if (command === 'help') return before.names.length === 0 ? functionNames('families') : [];
  const fn = before.options.has('--help') ? undefined : await completable(command);
  if (fn === undefined) return [];
  const mark = current.indexOf('=');
  if (mark < 0) return argumentNames(fn, new Set(before.names), current);
  const [start, key] = [current.slice(0, mark + 1), current.slice(0, mark)];
  const kind = nameKindOf(fn, key);
  const values =
    kind === undefined ? await argumentValues(fn, key) : await names(kind, typedAfter(start, io), before, io);
  return prefixed(start, values);
}

/** `uapi Module function key=value`: the module, its function, or an argument. Names in an account are not completed. */
async function accountWords(
  { api }: AccountProgram,
  { command: module, names: [func, ...given], options: chosen }: Before,
  current: string,
): Promise<readonly Candidate[]> {
  if (module === undefined) {
    const help = { value: 'help', about: 'Open the manual page of the program, or of a module.' };
    return [...(await moduleCandidates(api)), ...(chosen.has('--help') ? [] : [help])];
  }
  if (module === 'help') return func === undefined ? moduleCandidates(api) : [];
  if (func === undefined) return accountFunctionCandidates(api, module);
  const fn = chosen.has('--help') ? undefined : await completableAccountFunction(api, `${module}::${func}`);
  if (fn === undefined) return [];
  const mark = current.indexOf('=');
  // The options of these lists differ from those of WHM.
  if (mark < 0) return argumentNames({ ...fn, hasList: false }, new Set(given), current);
  return prefixed(current.slice(0, mark + 1), await argumentValues(fn, current.slice(0, mark)));
}

/**
 * Returns the part of a value that is typed already. It is in the environment, because the words contain only names.
 */
function typedAfter(start: string, { environment }: Io): string {
  const word = environment.WHMAPI1_COMPLETE_WORD ?? '';
  return word.startsWith(start) ? word.slice(start.length) : '';
}

/** Returns nothing for calls to other servers, whose names are not known here. */
async function names(kind: NameKind, typed: string, before: Before, io: Io): Promise<readonly Candidate[]> {
  const isRemote =
    ['--host', '--profile'].some((name) => before.options.has(name)) ||
    (io.environment.WHMAPI1_HOST ?? '') !== '';
  if (isRemote) return [];
  const { storedCandidates } = await import('./complete-names.ts');
  return storedCandidates(kind, typed, before.user, io);
}

function readBefore(words: readonly string[]): Before {
  const [given, positional] = [new Set<string>(), [] as string[]];
  let pending: Option | undefined;
  let isEnded = false;
  let user: string | undefined;
  for (const word of words) {
    if (pending !== undefined) {
      if (pending.name === '--user') user = word;
      pending = undefined;
    } else if (word === '--') {
      isEnded = true;
    } else if (isEnded || !/^-./.test(word)) {
      positional.push(word);
    } else {
      const name = shortNames.get(word) ?? word.replace(/=.*/s, '');
      given.add(name);
      if (word.startsWith('--user=')) user = word.slice('--user='.length);
      if (!word.includes('=')) pending = options.find((one) => one.name === name && one.takesValue);
    }
  }
  const [command, ...names] = positional;
  return {
    ...{ command, pending, isEnded, user, options: given },
    names: names.map((word) => word.replace(/=.*/s, '')),
  };
}

function optionNames({ options: given }: Before): Candidate[] {
  return options
    .filter(({ name, isRepeatable }) => isRepeatable || !given.has(name))
    .map(({ name, choices, doc }) => ({ value: choices.length > 0 ? `${name}=` : name, about: doc }));
}

async function valuesOf(
  program: Program,
  { name, choices, completes }: Option,
  current: string,
  before: Before,
  io: Io,
): Promise<readonly Candidate[]> {
  if (completes !== undefined) {
    const kind = program !== undefined && name === '--user' ? 'account' : completes;
    return names(kind, current, { ...before, user: undefined }, io);
  }
  if (name === '--backup' || name === '--restore') return paths(current);
  if (name !== '--file') return choices.map((value) => ({ value, about: '' }));
  const mark = current.indexOf('=');
  if (mark >= 0) return prefixed(current.slice(0, mark + 1), paths(current.slice(mark + 1)));
  const [func = ''] = before.names;
  const { command = '' } = before;
  const fn = await (program === undefined
    ? completable(command)
    : completableAccountFunction(program.api, `${command}::${func}`));
  if (fn === undefined) return [];
  const parameters = await argumentNames(fn, new Set(before.names), current);
  return parameters.filter(({ value }) => !/^(-|api\.)/.test(value));
}

async function functionNames(others: 'help' | 'families'): Promise<Candidate[]> {
  const functions = await functionCandidates();
  if (others === 'help') {
    return [...functions, { value: 'help', about: 'Open the manual page of the program, or of a function.' }];
  }
  const { families } = await import('../catalogue/families.generated.ts');
  const rows = Object.entries(families).map(([value, { title }]) => ({ value, about: `Family: ${title}` }));
  return [...functions, ...rows, { value: 'options', about: 'All options.' }];
}

/** Lists the files for a path that is being typed. */
function paths(current: string): Candidate[] {
  const folder = current.slice(0, current.lastIndexOf('/') + 1);
  const isHiddenWanted = current.slice(folder.length).startsWith('.');
  let names: string[];
  try {
    names = readdirSync(folder === '' ? '.' : folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => isHiddenWanted || !name.startsWith('.'))
    .map((name) => `${folder}${name}`)
    .map((path) => ({ value: isFolder(path) ? `${path}/` : path, about: '' }));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // For example, a broken link.
    return false;
  }
}

function prefixed(prefix: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.map(({ value, about }) => ({ value: `${prefix}${value}`, about }));
}
