// Looks for background programs of accounts that should not run, in whmapi1d. A task ends them, and its log names them.
import type { Engine } from '../core/engine.ts';
import { findUnwanted } from '../drivers/background-processes/look.ts';
import { searchOf } from '../model/background-processes/settings.ts';
import * as tasks from '../model/tasks/tasks.ts';

const INTERVAL_MS = 60_000;
const TASK = 'end-background-processes';

export interface ProcessWatchDependencies {
  readonly engine: Engine;
  readonly onTrouble?: (error: unknown) => void;
}

export class ProcessWatch {
  readonly #deps: ProcessWatchDependencies;
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> = Promise.resolve();

  constructor(deps: ProcessWatchDependencies) {
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

  /** @returns the ID of the task that it started, if it found any and no such task is waiting or running. */
  async check(): Promise<number | undefined> {
    const { engine } = this.#deps;
    const search = await engine.store.transaction('reads', async (db) => ({
      value: await searchOf(db),
      keep: false,
    }));
    if ((await findUnwanted(engine.machine, search)).length === 0) return undefined;
    return engine.store.transaction('changes', async (db) => {
      if (await tasks.isActive(db, TASK)) return { value: undefined, keep: false };
      const task = { kind: TASK, input: {}, caller: 'root', xid: engine.newXid() };
      return { value: await engine.addTask(db, task, engine.now()), keep: true };
    });
  }
}
