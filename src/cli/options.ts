// The options of the command line, and which words of it are the function and its arguments.
import { Command, CommanderError, Option } from 'commander';
import { formats, type Format } from '../render/format.ts';
import { UsageError } from './usage-error.ts';

export interface CommandLine {
  readonly output: Format;
  readonly input?: 'json';
  /** KEY=PATH, as given. */
  readonly files: readonly string[];
  readonly dryRun: boolean;
  /** The reseller as which the call is made. */
  readonly user?: string;
  readonly help: boolean;
  readonly version: boolean;
  readonly color: 'auto' | 'always' | 'never';
  /** The function's name, where there is one. */
  readonly command?: string;
  /** key=value, as given. */
  readonly words: readonly string[];
}

/** One row of the help: an option, and what it does. Commander reads the same rows. */
export const optionRows = [
  {
    flags: '--output <format>',
    doc: 'how the answer is written: yaml, json, jsonpretty or xml',
    choices: formats,
    default: 'yaml',
  },
  {
    flags: '--input <format>',
    doc: 'json: read more arguments from standard input, as one JSON object',
    choices: ['json'],
  },
  {
    flags: '--file <key=path>',
    doc: 'read a value from a file (- is standard input); repeatable',
    collect: true,
  },
  { flags: '--user <name>', doc: 'make the call as this reseller, and with no more than its privileges' },
  { flags: '--dry-run', doc: 'check and run everything, keep nothing' },
  {
    flags: '--color <when>',
    doc: 'colour what people read: auto, always or never',
    choices: ['auto', 'always', 'never'],
    default: 'auto',
  },
  { flags: '-h, --help', doc: 'show this help, or the help of a function' },
  { flags: '--version', doc: 'show the version' },
] as const;

/** @throws UsageError */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const program = new Command('whmapi1')
    .argument('[words...]')
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const row of optionRows) {
    const option = new Option(row.flags);
    if ('choices' in row) option.choices(row.choices);
    if ('default' in row) option.default(row.default);
    if ('collect' in row) option.default([]).argParser((path: string, paths: string[]) => [...paths, path]);
    program.addOption(option);
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw new UsageError(withoutValues(error.message));
    throw error;
  }
  const {
    file,
    help = false,
    version = false,
    dryRun = false,
    ...others
  } = program.opts<{
    output: Format;
    input?: 'json';
    user?: string;
    file: string[];
    color: 'auto' | 'always' | 'never';
    dryRun?: boolean;
    help?: boolean;
    version?: boolean;
  }>();
  const [command, ...words] = program.args;
  return {
    ...others,
    files: file,
    help,
    version,
    dryRun,
    words,
    ...(command === undefined ? {} : { command }),
  };
}

/** Commander's message without what was given as a value, which may be a secret. */
function withoutValues(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/^(unknown option '[^=']*)=[^]*?'(?=$|\n\()/, "$1'")
    .replace(/^(option '.*?') argument '[^]*' is invalid\. A/, '$1: a');
}
