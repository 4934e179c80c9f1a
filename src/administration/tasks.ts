// Builds the worker that runs tasks, and implements --tasks, --wait and --stop-task.
import { createApplication, locate, type Application } from '../app/app.ts';
import type { Db } from '../core/context.ts';
import type { TaskState } from '../core/task.ts';
import { auditedChange } from './audited-change.ts';
import { requestStop } from '../ground/rules/tasks/queue.ts';
import * as tasks from '../ground/rules/tasks/tasks.ts';
import * as timers from '../ground/rules/tasks/timers.ts';
import { runningServers } from '../store/running-servers.ts';
import { StateDirectory } from '../store/state-directory.ts';
import { TaskLogFiles } from '../store/task-logs.ts';
import { taskKinds } from '../capabilities/tasks.generated.ts';
import { checkIntervalMs } from '../capabilities/system/rules/services/check-interval.ts';
import { CpanelFiles } from '../worker/cpanel-files.ts';
import { FtpGuard } from '../worker/ftp-guard.ts';
import { ServiceWatch } from '../worker/service-watch.ts';
import { TaskWatch } from '../worker/task-watch.ts';
import { Worker, type WorkerDependencies } from '../worker/worker.ts';

export type { StoredTimer } from '../ground/rules/tasks/timers.ts';
export type { ServiceWatch } from '../worker/service-watch.ts';
export type { TaskWatch } from '../worker/task-watch.ts';
export type { Worker } from '../worker/worker.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `interrupted`: the store says that it is running, but its process is gone. */
export interface Task extends Omit<tasks.Task, 'state'> {
  readonly state: TaskState | 'interrupted';
}

export function createWorker(
  application: Application,
  environment: Environment,
  listeners: Pick<WorkerDependencies, 'onEnd' | 'onTrouble'> = {},
): Worker {
  const { engine } = application;
  return new Worker({
    engine,
    storeState: () => application.storeState(),
    kinds: taskKinds,
    logs: logsOf(environment, engine.now),
    ...listeners,
  });
}

/** Restarts monitored services that are not running or not responding. */
export function createServiceWatch(
  { engine }: Application,
  onTrouble: (error: unknown) => void,
): ServiceWatch {
  return new ServiceWatch({ engine, intervalMs: checkIntervalMs, onTrouble });
}

/** Counts logins to FTP, and has ProFTPD refuse blocked addresses. */
export function createFtpGuard({ engine }: Application, onTrouble: (error: unknown) => void): FtpGuard {
  return new FtpGuard({ engine, onTrouble });
}

/** Writes the files that scripts for cPanel servers read, if the package with their paths is there. */
export function createCpanelFiles(
  application: Application,
  onTrouble: (error: unknown) => void,
): CpanelFiles {
  const { engine } = application;
  return new CpanelFiles({ engine, storeState: () => application.storeState(), onTrouble });
}

/** Starts tasks every minute if there is work for them. */
export function createTaskWatch(
  { engine }: Application,
  onTrouble: (task: string, error: unknown) => void,
): TaskWatch {
  return new TaskWatch({ engine, kinds: taskKinds, onTrouble });
}

/** Access to tasks for the command line. */
export class TaskDesk {
  readonly #application: Application;
  readonly #environment: Environment;

  /** @throws ApiError `store_insecure`, `store_unavailable` */
  constructor(environment: Environment) {
    this.#application = createApplication(environment);
    this.#environment = environment;
  }

  /** The tasks and timers of all servers of the store. */
  list(): Promise<{ readonly tasks: readonly Task[]; readonly timers: readonly timers.StoredTimer[] }> {
    return this.#read(async (db) => ({
      tasks: (await tasks.list(db)).map((task) => this.#shown(task, db)),
      timers: await timers.list(db),
    }));
  }

  /** @throws ApiError `not_found` */
  async get(id: number): Promise<{ readonly task: Task; readonly isHere: boolean }> {
    return this.#read(async (db) => {
      const task = await tasks.get(db, id);
      return { task: this.#shown(task, db), isHere: task.server === db.server };
    });
  }

  /** Returns undefined if the task has not started yet or ran on another server. */
  log(id: number): string | undefined {
    return logsOf(this.#environment, this.#application.engine.now).read(id);
  }

  /** Writes a line to the audit log. @returns the task's new state. @throws ApiError `not_found`, `bad_param` */
  stop(id: number): Promise<'running' | 'stopped'> {
    const option = ['--stop-task', 'id', String(id)] as const;
    return auditedChange(
      this.#application.engine,
      option,
      async () =>
        (db, { time }) =>
          requestStop(db, id, time),
    );
  }

  /** True if a server that runs tasks is running. */
  isServerRunning(): boolean {
    const { stateDirectory } = this.#application.installation;
    const { isAlive } = this.#application.engine.processes;
    return runningServers(stateDirectory, isAlive).some(({ role }) => role === 'whmapi1d');
  }

  close(): void {
    this.#application.close();
  }

  #shown(task: tasks.Task, db: Db): Task {
    const isGone =
      task.state === 'running' &&
      task.server === db.server &&
      !this.#application.engine.processes.isAlive(task.process);
    return isGone ? { ...task, state: 'interrupted' } : task;
  }

  #read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#application.engine.store.transaction('reads', async (db) => ({
      value: await work(db),
      keep: false,
    }));
  }
}

function logsOf(environment: Environment, now: () => number): TaskLogFiles {
  const { userId, stateDirectory } = locate(environment);
  return new TaskLogFiles(new StateDirectory(stateDirectory, userId), now);
}
