// Looks every minute, in whmapi1d, whether there is work for a task, and starts the task.
import type { Engine } from '../core/engine.ts';
import * as tasks from '../ground/rules/tasks/tasks.ts';

const INTERVAL_MS = 60_000;

export interface WatchedWork {
  /** The name of the task in `tasks/` of a capability. Its input is `{}`. */
  readonly task: string;
  readonly isThere: (engine: Engine) => Promise<boolean>;
}

export interface TaskWatchDependencies {
  readonly engine: Engine;
  readonly onTrouble?: (error: unknown) => void;
}

export class TaskWatch {
  readonly #work: WatchedWork;
  readonly #deps: TaskWatchDependencies;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();

  constructor(work: WatchedWork, deps: TaskWatchDependencies) {
    this.#work = work;
    this.#deps = deps;
  }

  /** Checks every minute until `close`. */
  start(): void {
    this.#timer ??= setInterval(() => {
      this.#checking = this.check().then(
        () => undefined,
        (error: unknown) => this.#deps.onTrouble?.(error),
      );
    }, INTERVAL_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#checking;
  }

  /** @returns the ID of the task that it started, if there is work and no such task is waiting or running. */
  async check(): Promise<number | undefined> {
    const { engine } = this.#deps;
    const { task: kind, isThere } = this.#work;
    if (!(await isThere(engine))) return undefined;
    return engine.store.transaction('changes', async (db) => {
      if (await tasks.isActive(db, kind)) return { value: undefined, keep: false };
      const task = { kind, input: {}, caller: 'root', xid: engine.newXid() };
      return { value: await engine.addTask(db, task, engine.now()), keep: true };
    });
  }
}
