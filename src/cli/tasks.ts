// whmapi1 --tasks: shows the tasks as a table or JSON, or one task with its log. whmapi1 --stop-task: stops a task.
import { taskStates } from '../core/task.ts';
import { visible, quote } from '../core/quote.ts';
import { TaskDesk, type StoredTimer, type Task } from '../administration/tasks.ts';
import type { AdministrationOptions } from './administration-options.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { styleFor } from './style.ts';
import { isTaskId, readTaskId } from './task-id.ts';
import { UsageError } from './usage-error.ts';
import { withDesk } from './with-desk.ts';

const states: readonly string[] = [...taskStates, 'interrupted'];

interface Wanted {
  readonly id?: number;
  readonly state?: string;
  readonly kind?: string;
}

/** @returns the exit status. @throws UsageError, WriteError */
export async function printTasks(
  line: CommandLine,
  { outputIsGiven }: AdministrationOptions,
  io: Io,
): Promise<number> {
  const output = outputIsGiven ? line.output : 'table';
  if (output !== 'table' && output !== 'json' && output !== 'jsonpretty') {
    throw new UsageError('--tasks prints a table, or JSON with --output=json or --output=jsonpretty.');
  }
  const wanted = readWanted(line.command === undefined ? [] : [line.command, ...line.words]);
  return withDesk(TaskDesk, io, async (desk) => {
    const print = (value: object) =>
      io.stdout.write(`${JSON.stringify(value, undefined, output === 'json' ? undefined : 2)}\n`);
    if (wanted.id !== undefined) {
      const { task, isHere } = await desk.get(wanted.id);
      const log = isHere ? desk.log(wanted.id) : undefined;
      if (output === 'table') await printTask(task, log, isHere, line, io);
      else print({ task: toJson(task), log: log === undefined ? null : log.trimEnd().split('\n') });
      return 0;
    }
    const { tasks, timers } = await desk.list();
    const shown = tasks.filter(
      ({ state, kind }) =>
        (wanted.state === undefined || state === wanted.state) &&
        (wanted.kind === undefined || kind === wanted.kind),
    );
    if (output !== 'table') print({ tasks: shown.map(toJson), timers: timers.map(timerToJson) });
    else await printTable(shown, timers, line, io);
    return 0;
  });
}

/** @returns the exit status. @throws UsageError, WriteError */
export async function stopTask(word: string, io: Io): Promise<number> {
  const id = readTaskId(word);
  return withDesk(TaskDesk, io, async (desk) => {
    const state = await desk.stop(id);
    io.stdout.write(
      state === 'stopped'
        ? `The task ${id} is stopped. It had not started.\n`
        : `The task ${id} was asked to stop. whmapi1 --wait ${id} waits until it has.\n`,
    );
    return 0;
  });
}

/** Returns a sentence about the task's progress, or why it ended. May be empty. */
export function situationOf({ state, activity, reason }: Task): string {
  return state === 'running' || state === 'interrupted' ? activity : reason;
}

function readWanted(words: readonly string[]): Wanted {
  const [first, ...others] = words;
  if (first !== undefined && isTaskId(first)) {
    if (others.length > 0) throw new UsageError('--tasks shows one task at a time: give one ID.');
    return { id: Number(first) };
  }
  const wanted: { state?: string; kind?: string } = {};
  for (const word of words) {
    const [, name, value = ''] = /^(state|kind)=(.+)$/s.exec(word) ?? [];
    if (name !== 'state' && name !== 'kind') {
      throw new UsageError(`Invalid word ${quote(word)}: use the ID of a task, state=STATE or kind=KIND.`);
    }
    if (name === 'state' && !states.includes(value)) {
      throw new UsageError(`Invalid state ${quote(value)}: use one of ${states.join(', ')}.`);
    }
    if (wanted[name] !== undefined) throw new UsageError(`${name}= is given twice. Pass it once.`);
    wanted[name] = value;
  }
  return wanted;
}

async function printTable(
  tasks: readonly Task[],
  timers: readonly StoredTimer[],
  line: CommandLine,
  io: Io,
): Promise<void> {
  const { renderTable } = await import('../render/table.ts');
  const style = await styleFor(io.stdout, line.color, io);
  const width = io.stdout.isTerminal() ? io.stdout.size?.()?.columns : undefined;
  const isShared = [...tasks, ...timers].some(({ server }) => server !== '');
  const print = (columns: readonly string[], rows: readonly (readonly string[])[]) => {
    const kept = (cells: readonly string[]) =>
      cells.filter((_cell, at) => isShared || columns[at] !== 'server');
    const records = { columns: kept(columns), rows: rows.map(kept) };
    for (const piece of renderTable(records, width, (text) => style.heading(text)).lines)
      io.stdout.write(piece);
  };
  if (tasks.length === 0) writeStderr(io, 'whmapi1: no tasks.\n');
  else {
    const rows = tasks.map((task) => [
      ...[String(task.id), task.server, task.kind, task.state, `${task.progress}%`, task.caller],
      ...[moment(task.createdAt), moment(task.endedAt), situationOf(task)],
    ]);
    print(['id', 'server', 'kind', 'state', 'progress', 'user', 'created', 'ended', 'message'], rows);
  }
  if (timers.length === 0) return;
  io.stdout.write(tasks.length === 0 ? '' : '\n');
  print(
    ['timer', 'server', 'next'],
    timers.map(({ kind, server, nextAt }) => [kind, server, moment(nextAt)]),
  );
}

async function printTask(
  task: Task,
  log: string | undefined,
  isHere: boolean,
  line: CommandLine,
  io: Io,
): Promise<void> {
  const style = await styleFor(io.stdout, line.color, io);
  const rows: readonly (readonly [string, string])[] = [
    ['id', String(task.id)],
    ['kind', task.kind],
    ['server', task.server],
    ['state', task.state],
    ['progress', `${task.progress}%`],
    ['message', situationOf(task)],
    ['input', JSON.stringify(task.input)],
    ['result', task.result === null ? '' : JSON.stringify(task.result)],
    ['user', task.caller],
    ['xid', task.xid],
    ['attempts', String(task.attempts)],
    ['created', moment(task.createdAt)],
    ['not before', task.state === 'waiting' ? moment(task.notBefore) : ''],
    ['started', moment(task.startedAt)],
    ['ended', moment(task.endedAt)],
  ];
  const shown = rows.filter(([, value]) => value !== '');
  io.stdout.write(
    shown.map(([name, value]) => `${style.heading(name.padEnd(10))}  ${visible(value)}\n`).join(''),
  );
  if (log !== undefined) io.stdout.write(`\n${log}`);
  else if (!isHere) writeStderr(io, `whmapi1: the log is on the server ${quote(task.server)}.\n`);
}

function toJson({
  stopRequested,
  createdAt,
  notBefore,
  startedAt,
  reportedAt,
  endedAt,
  ...task
}: Task): object {
  return {
    ...{ id: task.id, server: task.server, kind: task.kind, state: task.state, progress: task.progress },
    ...{ activity: task.activity, reason: task.reason, input: task.input, result: task.result },
    ...{ user: task.caller, xid: task.xid, process: task.process, attempts: task.attempts },
    stop_requested: stopRequested ? 1 : 0,
    ...{ created: iso(createdAt), not_before: iso(notBefore), started: iso(startedAt) },
    ...{ reported: iso(reportedAt), ended: iso(endedAt) },
  };
}

function timerToJson({ server, kind, nextAt, everyMs }: StoredTimer): object {
  return { server, kind, next: iso(nextAt), every_seconds: everyMs / 1000 };
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}

/** Formats a time to the second, in UTC. Empty if there is none. */
function moment(time: number | null): string {
  return time === null ? '' : `${new Date(time).toISOString().slice(0, 19)}Z`;
}
