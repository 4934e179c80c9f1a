// Reads the command line: its options, the function, and the function's arguments.
import { Command, CommanderError, Option, InvalidArgumentError } from 'commander';
import type { RemoteOptions } from '../remote/options.ts';
import type { Format, TabularFormat } from '../render/format.ts';
import {
  splitAdministrationOptions,
  type AdministrationOptions,
  type AdministrationOpts,
} from './administration-options.ts';
import { optionRows } from './option-rows.ts';
import { UnknownOptionError, UsageError } from './usage-error.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

export interface CommandLine {
  readonly output: Format | TabularFormat;
  /** Print nothing if the call succeeds. */
  readonly quiet: boolean;
  /** Comma-separated names, unparsed. `filters` and `sort` are unparsed too (list-options.ts reads them). */
  readonly fields?: string;
  readonly filters: readonly string[];
  readonly sort?: string;
  readonly input?: 'json';
  /** KEY=PATH, unparsed. */
  readonly files: readonly string[];
  readonly dryRun: boolean;
  /** Ask before a call that destroys something. */
  readonly confirm: boolean;
  /** The reseller as whom the call is made. */
  readonly user?: string;
  readonly help: boolean;
  /** With `help`: list every documented function, not only the provided ones. */
  readonly all: boolean;
  /** The search words. */
  readonly search?: string;
  readonly completion?: Shell;
  readonly openapi: boolean;
  readonly migrateStore: boolean;
  /** The server’s name. */
  readonly forgetServer?: string;
  /** Only with `forgetServer`. */
  readonly accounts?: 'keep' | 'remove';
  readonly version: boolean;
  /** Only with `version`: also say which process ran the command. */
  readonly verbose: boolean;
  /** The options of calls to other servers. */
  readonly remote: RemoteOptions;
  readonly configure: boolean;
  /** Absent unless the command administers the installation. */
  readonly administration?: AdministrationOptions;
  readonly color: 'auto' | 'always' | 'never';
  /** The function's name, if any. */
  readonly command?: string | undefined;
  /** key=value, unparsed. */
  readonly words: readonly string[];
}

/** The values of the rows, as commander returns them. */
interface LocalOpts {
  output: Format | TabularFormat;
  quiet?: boolean;
  fields?: string;
  filter: string[];
  sort?: string;
  input?: 'json';
  user?: string;
  file: string[];
  color: 'auto' | 'always' | 'never';
  dryRun?: boolean;
  confirm?: boolean;
  help?: boolean;
  all?: boolean;
  search?: string;
  completion?: Shell;
  openapi?: boolean;
  migrateStore?: boolean;
  forgetServer?: string;
  accounts?: 'keep' | 'remove';
  version?: boolean;
  verbose?: boolean;
}

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
    if ('count' in row) option.argParser(readCount);
    program.addOption(option);
  }
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw usageError(withoutValues(error.message));
    throw error;
  }
  const { administration, others: all } = splitAdministrationOptions(
    program.opts<LocalOpts & RemoteOpts & AdministrationOpts>(),
    program.getOptionValueSource('output') === 'cli',
  );
  const { remote, configure, others: local } = splitRemoteOptions(all);
  const {
    file,
    filter,
    quiet = false,
    help = false,
    all: isAll = false,
    openapi = false,
    migrateStore = false,
    version = false,
    verbose = false,
    dryRun = false,
    confirm = false,
    ...others
  } = local;
  const [command, ...words] = program.args;
  return {
    ...others,
    files: file,
    filters: filter,
    quiet,
    help,
    all: isAll,
    openapi,
    migrateStore,
    version,
    verbose,
    dryRun,
    confirm,
    remote,
    configure,
    words,
    ...(administration === undefined ? {} : { administration }),
    ...(command === undefined ? {} : { command }),
  };
}

function usageError(message: string): UsageError {
  const [, option] = /^unknown option '--?([^']+)'/.exec(message) ?? [];
  return option === undefined ? new UsageError(message) : new UnknownOptionError(message, option);
}

/** Removes values from commander's message, because they may be secrets. */
function withoutValues(message: string): string {
  return message
    .replace(/^error: /, '')
    .replace(/^(unknown option '[^=']*)=[^]*?'(?=$|\n\()/, "$1'")
    .replace(/^(option '.*?') argument '[^]*' is invalid\. A/, '$1: a');
}

// The options of calls to other servers, as read by commander.

/** The values of the rows, as commander returns them. */
interface RemoteOpts {
  readonly host: string[];
  readonly pin: string[];
  readonly login?: string;
  readonly tokenFile?: string;
  readonly profile?: string;
  readonly configure?: boolean;
  readonly cacert?: string;
  readonly timeout?: number;
  readonly parallel?: number;
  readonly failfast?: boolean;
  readonly resume?: string;
}

/** Separates these options from all others. */
function splitRemoteOptions<All extends RemoteOpts>(all: All) {
  const { host, pin, configure = false, failfast = false, ...rest } = all;
  const { login, tokenFile, profile, cacert, timeout, parallel, resume, ...others } = rest;
  const given = { login, tokenFile, profile, cacert, timeout, parallel, resume };
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  const remote: RemoteOptions = {
    ...(Object.fromEntries(present) as Partial<RemoteOptions>),
    hosts: host,
    pins: pin,
    failfast,
  };
  return { remote, configure, others };
}

function readCount(text: string): number {
  const number = Number(text);
  if (!/^\d{1,7}$/.test(text) || number < 1)
    throw new InvalidArgumentError('A whole number, 1 or more, is required.');
  return number;
}
