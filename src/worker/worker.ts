// Claims this server's due tasks and runs them, in whmapi1d and in `whmapi1 --run-tasks`.
import type { Db } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import type { TaskKind, TaskKinds, Timer } from '../core/task.ts';
import { rolesOf } from '../ground/rules/roles/active-profile.ts';
import * as queue from '../ground/rules/tasks/queue.ts';
import type { Ending } from '../ground/rules/tasks/queue.ts';
import type { Task } from '../ground/rules/tasks/tasks.ts';
import * as timers from '../ground/rules/tasks/timers.ts';
import type { TaskLogFiles } from '../store/task-logs.ts';
import { runTask, Stopped, storeEnding, type Running } from './run-task.ts';

/** How often to check whether the store has changed. */
const POLL_MS = 500;
/** How often to look for tasks even if the store has not changed: the end of a process does not change it. */
const LOOK_MS = 10_000;
/** The delay after a failure of the store. */
const RETRY_MS = 5_000;

export interface WorkerDependencies {
  readonly engine: Engine;
  /** A text that differs whenever the store may have changed. */
  readonly storeState: () => Promise<string>;
  readonly kinds: TaskKinds;
  readonly logs: TaskLogFiles;
  /** Called with the outcome of each task that ran here. */
  readonly onEnd?: (task: Task, ending: Ending) => void;
  /** Called once when the store cannot be used. The worker tries again. */
  readonly onTrouble?: (error: unknown) => void;
}

export class Worker {
  readonly #deps: WorkerDependencies;
  readonly #running = new Map<number, Running & { readonly done: Promise<void> }>();
  readonly #ending = new AbortController();
  #kinds: ReadonlyMap<string, TaskKind> = new Map();
  /** The kinds that run alone. */
  #alone: ReadonlySet<string> = new Set();
  #timers: Readonly<Record<string, Timer>> = {};
  #seen = { state: '', lookAgainAt: -Infinity };
  #loop: Promise<void> | undefined;
  #wake: () => void = () => undefined;

  constructor(deps: WorkerDependencies) {
    this.#deps = deps;
  }

  /** Runs tasks until `close`. */
  start(): void {
    this.#loop ??= this.#runForEver();
  }

  /** Runs due tasks until this server can start no more. @throws the errors of the store. */
  async runDue(): Promise<void> {
    await this.#load();
    for (;;) {
      await this.#look();
      if (this.#ending.signal.aborted) return;
      if (this.#running.size === 0 && !(await this.#isAnyDue())) return;
      await this.#pause(POLL_MS);
    }
  }

  /** Stops running tasks, or returns them to the queue, and waits for them. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#wake();
    for (const { abort } of this.#running.values()) abort.abort(new Stopped('worker ends'));
    await Promise.all([...this.#running.values()].map(({ done }) => done));
    await this.#loop;
  }

  async #runForEver(): Promise<void> {
    let isInTrouble = false;
    while (!this.#ending.signal.aborted) {
      try {
        await this.#load();
        await this.#lookIfChanged();
        isInTrouble = false;
        await this.#pause(POLL_MS);
      } catch (error) {
        // Reports an outage of the store only once.
        if (!isInTrouble) this.#deps.onTrouble?.(error);
        isInTrouble = true;
        await this.#pause(RETRY_MS);
      }
    }
  }

  /** Loads the kinds and stores their timers, once. */
  async #load(): Promise<void> {
    if (this.#kinds.size > 0) return;
    const { engine, kinds } = this.#deps;
    const loaded = await Promise.all(
      Object.entries(kinds).map(async ([name, load]) => [name, (await load()).default] as const),
    );
    this.#timers = Object.fromEntries(
      loaded.flatMap(([name, { timer }]) => (timer === undefined ? [] : [[name, timer] as const])),
    );
    const { gone, fresh } = await this.#read((db) => timers.changes(db, this.#timers, engine.now()));
    if (gone.length + fresh.length > 0) {
      await this.#change((db) => timers.update(db, this.#timers, engine.now()));
    }
    this.#alone = new Set(loaded.flatMap(([name, { runsAlone }]) => (runsAlone === true ? [name] : [])));
    this.#kinds = new Map(loaded);
  }

  async #lookIfChanged(): Promise<void> {
    const { engine, storeState } = this.#deps;
    const state = await storeState();
    if (state === this.#seen.state && engine.now() < this.#seen.lookAgainAt) return;
    const nextAt = await this.#look();
    this.#seen = { state, lookAgainAt: Math.min(nextAt, engine.now() + LOOK_MS) };
  }

  /** Starts due tasks and stops those that must stop. @returns when the next task or timer is due. */
  async #look(): Promise<number> {
    const { engine } = this.#deps;
    const now = engine.now();
    const seen = await this.#read(async (db) => {
      const running = await queue.running(db);
      const dueAt = Math.min(
        (await queue.nextDue(db, this.#startable(running))) ?? Infinity,
        (await timers.nextDue(db)) ?? Infinity,
      );
      return { running, dueAt };
    });
    for (const { id, stopRequested } of seen.running) {
      if (stopRequested) this.#running.get(id)?.abort.abort(new Stopped('requested'));
    }
    const isDue = seen.dueAt <= now && seen.running.length < queue.MAX_RUNNING;
    if (!this.#ending.signal.aborted && (isDue || seen.running.some((task) => this.#isLeft(task)))) {
      for (const task of await this.#change((db) => this.#take(db))) this.#begin(task);
    }
    return seen.dueAt;
  }

  async #take(db: Db): Promise<readonly Task[]> {
    const { engine } = this.#deps;
    const now = engine.now();
    const process = engine.processes.own();
    for (const task of await queue.running(db)) {
      if (!this.#isLeft(task)) continue;
      const isUnbegun = task.process === process;
      const ending = queue.afterInterruption(task, this.#kinds.get(task.kind), { now, isUnbegun });
      if (ending !== undefined) await queue.end(db, task, ending, now);
    }
    const roles = await rolesOf({ db, system: engine.machine.system });
    await timers.start(db, this.#timers, { now, xid: engine.newXid, roles });
    const kinds = this.#startable(await queue.running(db));
    return queue.take(db, { process, now, kinds, alone: this.#alone });
  }

  /** True if the process of a task has died, or this process claimed the task but lost the response to the commit. */
  #isLeft({ id, process }: Task): boolean {
    const { processes } = this.#deps.engine;
    return process === processes.own() ? !this.#running.has(id) : !processes.isAlive(process);
  }

  #begin(task: Task): void {
    const kind = this.#kinds.get(task.kind);
    if (kind === undefined) return;
    const abort = new AbortController();
    if (this.#ending.signal.aborted) abort.abort(new Stopped('worker ends'));
    const done = runTask({ task, abort }, kind, this.#deps).then(async (ending) => {
      if (ending !== undefined) await this.#store(task, ending);
      this.#running.delete(task.id);
      // Its slot is free again.
      this.#seen = { state: '', lookAgainAt: -Infinity };
      this.#wake();
    });
    this.#running.set(task.id, { task, abort, done });
  }

  /**
   * Retries until the store can be used or the worker ends. In that case the next worker finds the task interrupted.
   */
  async #store(task: Task, ending: Ending): Promise<void> {
    for (;;) {
      try {
        const isStored = await storeEnding(task, ending, this.#deps.engine);
        if (isStored && ending.state === 'idle') this.#deps.logs.remove(task.id);
        else if (isStored) this.#deps.onEnd?.(task, ending);
        return;
      } catch (error) {
        this.#deps.onTrouble?.(error);
        if (this.#ending.signal.aborted) return;
        await this.#deps.engine.sleep(RETRY_MS);
      }
    }
  }

  async #isAnyDue(): Promise<boolean> {
    const dueAt = await this.#read(async (db) => queue.nextDue(db, this.#startable(await queue.running(db))));
    return dueAt !== undefined && dueAt <= this.#deps.engine.now();
  }

  /** The kinds that can start while these tasks are running. */
  #startable(running: readonly Task[]): string[] {
    const busy = new Set(running.map(({ kind }) => kind));
    return [...this.#kinds.keys()].filter((kind) => !this.#alone.has(kind) || !busy.has(kind));
  }

  /** Returns early if the worker or one of its tasks ends. */
  #pause(milliseconds: number): Promise<void> {
    if (this.#ending.signal.aborted) return Promise.resolve();
    return new Promise((resume) => {
      const timer = setTimeout(resume, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resume();
      };
    });
  }

  #read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#deps.engine.store.transaction('reads', async (db) => ({
      value: await work(db),
      keep: false,
    }));
  }

  #change<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#deps.engine.store.transaction('changes', async (db) => ({
      value: await work(db),
      keep: true,
    }));
  }
}
