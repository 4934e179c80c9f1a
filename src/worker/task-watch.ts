// Looks every minute, in whmapi1d, whether there is work for the kinds of tasks that say so, and starts the tasks.
import type { Db } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import type { TaskKind, TaskKinds } from '../core/task.ts';
import * as tasks from '../ground/rules/tasks/tasks.ts';

const INTERVAL_MS = 60_000;

export interface TaskWatchDependencies {
  readonly engine: Engine;
  readonly kinds: TaskKinds;
  readonly onTrouble?: (kind: string, error: unknown) => void;
}

export class TaskWatch {
  readonly #deps: TaskWatchDependencies;
  readonly #checking = new Map<string, Promise<void>>();
  #loaded: Promise<readonly (readonly [string, TaskKind])[]> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: TaskWatchDependencies) {
    this.#deps = deps;
  }

  /** Checks now, because the program may be another version than before, and every minute until `close`. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#checkAll(), INTERVAL_MS);
    this.#checkAll();
  }

  /** One kind does not wait for another. */
  #checkAll(): void {
    void this.#watched().then(
      (kinds) => kinds.forEach(([kind]) => this.#tryToCheck(kind)),
      (error: unknown) => this.#deps.onTrouble?.('any', error),
    );
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#loaded?.catch(() => undefined);
    await Promise.all(this.#checking.values());
  }

  /** @returns the ID of the task that it started, if there is work and no such task is waiting or running. */
  async check(kind: string): Promise<number | undefined> {
    const { engine } = this.#deps;
    const { machine, now, store } = engine;
    const isNeeded = (await this.#watched()).find(([name]) => name === kind)?.[1].isNeeded;
    const transaction = <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) =>
      store.transaction(effect, async (db) => ({ value: await work(db), keep: effect === 'changes' }));
    if (isNeeded === undefined || !(await isNeeded({ machine, now, transaction }))) return undefined;
    return store.transaction('changes', async (db) => {
      if (await tasks.isActive(db, kind)) return { value: undefined, keep: false };
      const task = { kind, input: {}, caller: 'root', xid: engine.newXid() };
      return { value: await engine.addTask(db, task, now()), keep: true };
    });
  }

  #tryToCheck(kind: string): void {
    const checked = this.check(kind).then(
      () => undefined,
      (error: unknown) => this.#deps.onTrouble?.(kind, error),
    );
    this.#checking.set(kind, checked);
  }

  #watched(): Promise<readonly (readonly [string, TaskKind])[]> {
    this.#loaded ??= Promise.all(
      Object.entries(this.#deps.kinds).map(async ([name, load]) => [name, (await load()).default] as const),
    ).then((all) => all.filter(([, { isNeeded }]) => isNeeded !== undefined));
    return this.#loaded;
  }
}
