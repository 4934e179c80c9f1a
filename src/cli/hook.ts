// whmapi1 --hook: registers, lists and removes the scripts that run before and after calls.
import { visible } from '../core/visible.ts';
import { HookDesk, MODULES, showHooks, type Hook, type HookEvent } from '../administration/hooks.ts';
import { hookRows, readHookLine, type HookLine } from './hook-options.ts';
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
