// Tasks that failed, hang, or are not run by any worker.
import { list as listTasks, type Task } from '../../../ground/rules/tasks/tasks.ts';
import { list as listTimers } from '../../../ground/rules/tasks/timers.ts';
import {
  count,
  ok,
  warning,
  withStore,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

const HOUR_MS = 3_600_000;
/** How long a task may wait for a worker. */
const WAITING_MS = HOUR_MS;
/** How long a task may run without progress. */
const SILENT_MS = 6 * HOUR_MS;
/** How long a failure is reported, unless a later task of its kind succeeds. */
const REPORTED_MS = 7 * 24 * HOUR_MS;

const check: Check = {
  title: 'Tasks',
  order: 45,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const own = (await listTasks(db)).filter(({ server }) => server === db.server);
      const timers = (await listTimers(db)).filter(({ server }) => server === db.server);
      const now = subject.now();
      const overdue = timers.filter(({ nextAt }) => nextAt + WAITING_MS < now).map(({ kind }) => kind);
      const left = own.filter(({ state, notBefore }) => state === 'waiting' && notBefore + WAITING_MS < now);
      const findings = [
        ...lastOfEachKind(own).flatMap((task) => failureOf(task, now)),
        ...own.filter(({ state }) => state === 'running').flatMap((task) => troubleOf(task, subject)),
        ...(left.length + overdue.length > 0 ? [notRun(left.length, overdue, subject)] : []),
      ];
      const active = own.filter(({ endedAt }) => endedAt === null).length;
      return findings.length > 0
        ? findings
        : [ok(`No task has failed or hangs.${active === 0 ? '' : ` ${count(active, 'task')} in progress.`}`)];
    }),
};

/** Returns the last task of each kind that has ended. */
function lastOfEachKind(tasks: readonly Task[]): Task[] {
  const last = new Map<string, Task>();
  for (const task of tasks) if (task.endedAt !== null) last.set(task.kind, task);
  return [...last.values()];
}

function failureOf({ id, kind, state, reason, endedAt }: Task, now: number): Finding[] {
  if (state !== 'failed' || endedAt === null || endedAt + REPORTED_MS < now) return [];
  return [warning(`The task ${id} (${kind}) failed: ${reason}`, `whmapi1 --tasks ${id}`)];
}

function troubleOf({ id, kind, process, reportedAt }: Task, { isAlive, now }: Subject): Finding[] {
  if (!isAlive(process)) {
    return [warning(`The task ${id} (${kind}) was interrupted: its process is gone.`, 'whmapi1 --run-tasks')];
  }
  const silentMs = now() - (reportedAt ?? now());
  if (silentMs < SILENT_MS) return [];
  const hours = Math.floor(silentMs / HOUR_MS);
  return [
    warning(`The task ${id} (${kind}) has made no progress for ${hours} hours.`, `whmapi1 --stop-task ${id}`),
  ];
}

function notRun(left: number, overdue: readonly string[], { servers }: Subject): Finding {
  const what = [
    ...(left > 0 ? [`${count(left, 'task')} ${left === 1 ? 'waits' : 'wait'} for more than an hour`] : []),
    ...(overdue.length > 0 ? [`overdue: ${overdue.join(', ')}`] : []),
  ].join('; ');
  const isRunning = servers().some(({ role }) => role === 'whmapi1d');
  return isRunning
    ? warning(`Tasks are not run, although whmapi1d runs: ${what}.`, 'systemctl restart whmapi1d')
    : warning(`Nothing runs tasks here: ${what}.`, 'whmapi1 --run-tasks');
}

export default check;
