// whmapi1 --hook: registers, lists and removes the scripts that run before and after calls.
import { Command, CommanderError, Option } from 'commander';
import { visible } from '../core/quote.ts';
import {
  HookDesk,
  MODULES,
  showHooks,
  type Hook,
  type HookEvent,
  type Attributes,
} from '../administration/hooks.ts';
import { writeStderr, type Io } from './io.ts';
import { UsageError } from './usage-error.ts';
import { withDesk } from './with-desk.ts';

const HELP = `Usage: whmapi1 --hook ACTION [script PATH] [options]

Runs a script before or after calls, such as createacct. The script gets JSON on standard input, and prints “1” or
“0 message”. See whmapi1(1).

Actions:
  add script PATH       register the hooks that the script prints for --describe; with --manual, one by the options
  delete script PATH    remove the hooks of the script, or those that the options name
  list                  list the hooks of this server
  describe script PATH  show what the script prints for --describe
  events                list the events, and which of them happen on this server

Options:
`;

/** @param words What follows --hook. @returns the exit status. @throws UsageError, WriteError */
export async function runHookCommand(words: readonly string[], io: Io): Promise<number> {
  const line = readHookLine(words);
  if (line.action === 'help') {
    const width = Math.max(...hookRows.map(([flags]) => flags.length));
    const options = hookRows.map(([flags, doc]) => `  ${flags.padEnd(width)}  ${doc}\n`);
    io.stdout.write(HELP + options.join(''));
    return 0;
  }
  return withDesk(HookDesk, io, async (desk) => {
    switch (line.action) {
      case 'list':
        return printHooks(await desk.list(), line, io);
      case 'events':
        io.stdout.write(desk.events().map(eventLine).join(''));
        return 0;
      case 'describe':
        io.stdout.write(`${JSON.stringify(await desk.describe(scriptOf(line)), undefined, 2)}\n`);
        return 0;
      case 'delete': {
        const removed = await desk.remove(scriptOf(line), line.attributes);
        for (const hook of removed) io.stdout.write(`Deleted hook ${hook.id} of ${placeOf(hook)}\n`);
        return 0;
      }
      default:
        return add(desk, line, io);
    }
  });
}

async function add(desk: HookDesk, line: HookLine, io: Io): Promise<number> {
  const script = scriptOf(line);
  const { attributes, isManual } = line;
  // Options without --manual are used if the script does not describe itself, as manage_hooks does.
  const described = isManual ? undefined : await describeOrNothing(desk, line);
  const { added, warnings } = await desk.add(script, described ?? [{ hook: script, ...attributes }]);
  for (const hook of added) {
    io.stdout.write(`Added hook for ${hook.category}::${hook.event} to hooks registry (${hook.id})\n`);
  }
  for (const warning of warnings) writeStderr(io, `whmapi1: warning: ${visible(warning)}\n`);
  return 0;
}

async function describeOrNothing(desk: HookDesk, line: HookLine) {
  const { category, event } = line.attributes;
  try {
    return await desk.describe(scriptOf(line));
  } catch (error) {
    if (category === undefined || event === undefined) throw error;
    return undefined;
  }
}

/** @throws UsageError */
function scriptOf({ action, type, reference }: HookLine): string {
  if (type === 'module') throw new UsageError(MODULES);
  if (type !== 'script' || reference === undefined) {
    throw new UsageError(`Name the script: --hook ${action} script /opt/site/hook.py`);
  }
  return reference;
}

function printHooks(hooks: readonly Hook[], { output, attributes }: HookLine, io: Io): number {
  const { category } = attributes;
  const shown = hooks.filter((hook) => category === undefined || hook.category === category);
  const withHooks = showHooks(shown).flatMap((one) => {
    const events = one.events.filter(({ stages }) => stages.length > 0);
    return events.length === 0 ? [] : [{ ...one, events }];
  });
  if (output === 'JSON') {
    const byCategory = withHooks.map((one) => [
      one.category,
      Object.fromEntries(
        one.events.map(({ event, stages }) => [event, stages.flatMap(({ actions }) => actions)]),
      ),
    ]);
    io.stdout.write(`${JSON.stringify(Object.fromEntries(byCategory))}\n`);
    return 0;
  }
  if (shown.length === 0) writeStderr(io, 'whmapi1: no hooks.\n');
  for (const one of withHooks) {
    io.stdout.write(`${one.category}:\n`);
    for (const { event, stages } of one.events) {
      io.stdout.write(`   ${event}:\n`);
      const texts = stages.flatMap(({ actions }) => actions).map(textOf);
      io.stdout.write(texts.join('      --\n'));
    }
  }
  return 0;
}

/** A hook as manage_hooks prints it: a line for each attribute that is set. */
function textOf(
  hook: ReturnType<typeof showHooks>[number]['events'][number]['stages'][number]['actions'][number],
) {
  const { stage, escalateprivs, blocking, enabled, weight, id, exectype } = hook;
  const { check, rollback, description, notes } = hook;
  const rows = { stage, escalateprivs, blocking, weight, id, exectype, hook: hook.hook, check, rollback };
  const optional = { enabled: enabled === 1 ? null : 0, description, notes };
  return Object.entries({ ...rows, ...optional })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `      ${name}: ${visible(String(value))}\n`)
    .join('');
}

function eventLine({ category, event, stages, isBlockable, happensHere }: HookEvent): string {
  const facts = [
    stages.join(' and '),
    ...(isBlockable ? ['can refuse'] : []),
    ...(happensHere ? [] : ['not here yet']),
  ];
  return `${category} ${event} (${facts.join(', ')})\n`;
}

function placeOf({ category, event, stage, hook }: Hook): string {
  return `${category}::${event} (${stage}): ${visible(hook)}`;
}

// Reads what follows --hook. The actions and options are those of WHM’s manage_hooks.
type HookAction = 'add' | 'delete' | 'list' | 'describe' | 'events' | 'help';

interface HookLine {
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
const hookRows: readonly (readonly [flags: string, doc: string])[] = [...otherRows, ...attributeRows];

const actions: readonly string[] = ['add', 'delete', 'list', 'describe', 'events', 'help'];

type Opts = Partial<Record<Exclude<keyof Attributes, 'hook'> | 'action', string>> & {
  readonly manual?: string | true;
  readonly output?: string;
  readonly help?: boolean;
};

/** @throws UsageError */
function readHookLine(words: readonly string[]): HookLine {
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
