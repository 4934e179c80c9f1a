// Reads what follows --hook. The actions and options are those of WHM’s manage_hooks.
import { Command, CommanderError, Option } from 'commander';
import type { Attributes } from '../administration/hooks.ts';
import { UsageError } from './usage-error.ts';

export type HookAction = 'add' | 'delete' | 'list' | 'describe' | 'events' | 'help';

export interface HookLine {
  readonly action: HookAction;
  /** `script` or `module`. */
  readonly type: string | undefined;
  /** The path of the script; for `delete` also the ID of a hook. */
  readonly reference: string | undefined;
  /** Use the options only, without asking the script. */
  readonly isManual: boolean;
  /** Only those that are given. `hook` is the script with the words of --action. */
  readonly attributes: Attributes;
  readonly output: 'HUMAN' | 'JSON';
}

const attributeRows = [
  ['--category <name>', 'the category of the event: Whostmgr, Passwd, …'],
  ['--event <name>', 'the event: Accounts::Create; “--hook events” lists all'],
  ['--stage <stage>', 'when the script runs: pre (before the call) or post (after it)'],
  ['--action <arguments>', 'the arguments of the script: --action="--create"'],
  ['--weight <number>', 'its place in the order: lower weights run first (default: last)'],
  ['--blocking <flag>', '1: the script can refuse the call, by printing BAILOUT and the reason'],
  ['--check <script>', 'a script that decides whether the hook runs: 1 yes, 0 no'],
  ['--rollback <script>', 'a script that undoes the hook if a later one refuses the call'],
  ['--escalateprivs <flag>', 'no effect: the scripts of all events run as root'],
  ['--exectype <type>', 'script'],
  ['--description <text>', 'what the hook does'],
  ['--notes <text>', 'notes about the hook'],
] as const;

const otherRows = [
  ['--manual [flag]', 'use these options instead of what the script prints for --describe'],
  ['--output <format>', 'with list: HUMAN or JSON'],
] as const;

/** The options with their descriptions. */
export const hookRows: readonly (readonly [flags: string, doc: string])[] = [...otherRows, ...attributeRows];

const actions: readonly string[] = ['add', 'delete', 'list', 'describe', 'events', 'help'];

type Opts = Partial<Record<Exclude<keyof Attributes, 'hook'> | 'action', string>> & {
  readonly manual?: string | true;
  readonly output?: string;
  readonly help?: boolean;
};

/** @throws UsageError */
export function readHookLine(words: readonly string[]): HookLine {
  const program = new Command('whmapi1 --hook')
    .argument('[action]')
    .argument('[type]')
    .argument('[reference]')
    .allowExcessArguments(false)
    .helpOption(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const [flags] of hookRows) program.addOption(new Option(flags));
  program.addOption(new Option('-h, --help'));
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError)
      throw new UsageError(`--hook: ${error.message.replace(/^error: /, '')}`);
    throw error;
  }
  const { manual, output = 'HUMAN', help = false, action: given, ...attributes } = program.opts<Opts>();
  const [action = 'help', type, reference] = program.args;
  if (help || action === 'fullhelp') return lineOf('help', type, reference);
  if (!actions.includes(action)) {
    throw new UsageError(`--hook has no action “${action}”. Use ${actions.join(', ')}.`);
  }
  if (manual !== undefined && manual !== true && manual !== '1' && manual !== '0') {
    throw new UsageError(`--manual is 1 or 0, not “${manual}”.`);
  }
  const format = output.toUpperCase();
  if (format !== 'HUMAN' && format !== 'JSON')
    throw new UsageError('--output is HUMAN or JSON after --hook.');
  const isPartOfHook = reference !== undefined && given !== undefined && given !== '';
  return {
    ...lineOf(action as HookAction, type, reference),
    isManual: manual === true || manual === '1',
    attributes: { ...attributes, ...(isPartOfHook ? { hook: `${reference} ${given}` } : {}) },
    output: format,
  };
}

function lineOf(action: HookAction, type: string | undefined, reference: string | undefined): HookLine {
  return { action, type, reference, isManual: false, attributes: {}, output: 'HUMAN' };
}
