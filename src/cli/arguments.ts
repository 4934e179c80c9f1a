// Reads the arguments of a call from the command line, files and standard input.
import { isPassword } from '../core/arguments.ts';
import type { RawArgument } from '../core/context.ts';
import { quote } from '../core/quote.ts';
import type { Json } from '../core/values.ts';
import { MAX_INPUT_BYTES, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError if an argument cannot be read. */
export function gatherArguments(line: CommandLine, io: Io): RawArgument[] {
  const fromStdin = line.files.filter(isStandardInput).length;
  if (line.input === 'json' && fromStdin > 0) {
    throw new UsageError('Standard input can be read only once: use --input=json or --file KEY=-, not both.');
  }
  if (fromStdin > 1) {
    throw new UsageError('Standard input can be read only once: use --file KEY=- once.');
  }
  const given = readWords(line.words);
  for (const file of line.files) given.push(readFileArgument(file, io));
  if (line.input !== 'json') return given;
  const named = new Set(given.map(({ name }) => name));
  return [...readJson(io).filter(({ name }) => !named.has(name)), ...given];
}

/** True if --file names standard input: `KEY=-`. */
export function isStandardInput(file: string): boolean {
  return file.slice(file.indexOf('=')) === '=-';
}

/** Warns about secrets on the command line, because every system user can read the arguments of a process. */
export function warningsOf({ words }: CommandLine): string[] {
  const names = new Set(words.map((word) => word.slice(0, word.indexOf('='))).filter(isPassword));
  return [...names].map(
    (name) =>
      `Others can read a password on the command line in the process list. Use --file ${name}=PATH instead.`,
  );
}

/** A name that is repeated is one string. */
function readWords(words: readonly string[]): RawArgument[] {
  let name = '';
  return words.map((word, at) => {
    const isRepeated = name !== '' && word.charCodeAt(name.length) === EQUALS && word.startsWith(name);
    if (isRepeated && !word.includes('%')) return { name, value: word.slice(name.length + 1) };
    const read = readWord(word, at + 1);
    ({ name } = read);
    return read;
  });
}

const EQUALS = '='.charCodeAt(0);

/** Reads `key=value`, both percent-decoded. A plus sign stays a plus sign (protocol, Decisions). */
function readWord(word: string, number: number): RawArgument {
  const equals = word.indexOf('=');
  if (equals < 1) {
    // The word is not quoted, because it may be a secret without its name.
    throw new UsageError(
      word.startsWith('{')
        ? 'To pass a JSON object, write it to standard input and use --input=json.'
        : `Argument ${number} after the function’s name has no “=”: write key=value.`,
    );
  }
  const name = percentDecode(word.slice(0, equals));
  if (name === undefined) {
    throw new UsageError(
      `The argument ${quote(word.slice(0, equals))} has percent escapes that are not UTF-8.`,
    );
  }
  const value = percentDecode(word.slice(equals + 1));
  if (value === undefined) {
    throw new UsageError(
      `The value of ${quote(name)} has percent escapes that are not UTF-8. Write a percent sign as %25.`,
    );
  }
  return { name, value };
}

/** Decodes `%XX`. A percent sign that does not start an escape is kept. Undefined if the bytes are not UTF-8. */
export function percentDecode(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, decodeURIComponent);
  } catch {
    return undefined;
  }
}

function readFileArgument(file: string, io: Io): RawArgument {
  const equals = file.indexOf('=');
  if (equals < 1 || equals === file.length - 1) {
    throw new UsageError(`--file requires KEY=PATH, not ${quote(file)}.`);
  }
  const name = file.slice(0, equals);
  const path = file.slice(equals + 1);
  const text = readText(path === '-' ? 'standard input' : quote(path), () =>
    path === '-' ? io.readStdin() : io.readFile(path),
  );
  // Editors and echo end a file with a line break, which is not part of the value.
  return { name, value: text.replace(/\r?\n$/, '') };
}

function readJson(io: Io): RawArgument[] {
  const text = readText('standard input', () => io.readStdin());
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    // The parser's own message is not used, because it quotes the text, which may contain secrets.
    throw new UsageError('Standard input should hold one JSON object (--input=json); it is not JSON.');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new UsageError(
      'Standard input should hold one JSON object (--input=json), not another kind of JSON.',
    );
  }
  return Object.entries(json).map(([name, value]) => ({ name, value }));
}

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist.',
  EACCES: 'you are not allowed to.',
  EISDIR: 'it is a directory. Name a file.',
};

function readText(what: string, read: () => Uint8Array): string {
  let bytes: Uint8Array;
  try {
    bytes = read();
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${what} could not be read: ${unreadable[code] ?? message}`);
  }
  if (bytes.length > MAX_INPUT_BYTES) throw new UsageError(`${what} is larger than 64 MiB.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${what} is not UTF-8 text.`);
  }
}
