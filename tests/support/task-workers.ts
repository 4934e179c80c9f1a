// Workers as processes (tests/process/task-worker.ts), and the tasks that they run.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createApplication } from '../../src/app/app.ts';
import type { Db } from '../../src/core/context.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import type { Task } from '../../src/ground/rules/tasks/tasks.ts';
import { builtScript } from './built-script.ts';

const worker = builtScript('tests/process/task-worker.ts');
/** Only ends what would never end. */
const LIMIT_MS = 60_000;

export interface Event {
  readonly event: string;
  readonly id: number;
  readonly process: number;
  readonly time: number;
}

/** A state directory on which workers run. */
export class TaskWorkers {
  readonly #state: string;
  readonly #file: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #children = new Set<ChildProcess>();

  constructor(state: string, file: string, environment: Readonly<Record<string, string>> = {}) {
    this.#state = state;
    this.#file = file;
    this.#environment = environment;
  }

  /** Resolves once it is running. `ended` is its status, or the signal that ended it. */
  async start(): Promise<{ readonly child: ChildProcess; readonly ended: Promise<number | string | null> }> {
    const { child, ended } = this.#spawn();
    await new Promise<void>((ready, fail) => {
      child.stdout?.once('data', () => ready());
      void ended.then(() => fail(new Error('The worker ended.')));
    });
    return { child, ended };
  }

  /** Runs due tasks in a separate process. */
  runDue(): Promise<number | string | null> {
    return this.#spawn('due').ended;
  }

  async add(kind: string, input: unknown = {}): Promise<number> {
    const [id = 0] = await this.addMany(1, kind, input);
    return id;
  }

  /** In one transaction. */
  addMany(count: number, kind: string, input: unknown): Promise<number[]> {
    return this.#withStore('changes', async (db, { engine }) => {
      const ids: number[] = [];
      const task = { kind, input, caller: 'root', xid: 'xid123' };
      while (ids.length < count) ids.push(await engine.addTask(db, task, Date.now()));
      return ids;
    });
  }

  async untilAllEnded(): Promise<void> {
    const end = Date.now() + LIMIT_MS;
    while ((await this.list()).some(({ endedAt }) => endedAt === null)) {
      if (Date.now() > end) throw new Error('Not all tasks have ended.');
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  get(id: number): Promise<Task> {
    return this.#withStore('reads', (db) => tasks.get(db, id));
  }

  list(): Promise<Task[]> {
    return this.#withStore('reads', (db) => tasks.list(db));
  }

  async until(id: number, isSo: (task: Task) => boolean): Promise<Task> {
    const end = Date.now() + LIMIT_MS;
    for (;;) {
      const task = await this.get(id);
      if (isSo(task)) return task;
      if (Date.now() > end) throw new Error(`The task is ${JSON.stringify(task)}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  /** True if tasks may continue beyond their gate. */
  set isGateOpen(isOpen: boolean) {
    const path = `${this.#file}.open`;
    if (isOpen) writeFileSync(path, '');
    else rmSync(path, { force: true });
  }

  events(): Event[] {
    if (!existsSync(this.#file)) return [];
    return readFileSync(this.#file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [event = '', id, process, time] = line.split(' ');
        return { event, id: Number(id), process: Number(process), time: Number(time) };
      });
  }

  async stop(): Promise<void> {
    const ends = [...this.#children].map(
      (child) =>
        new Promise((done) =>
          (child.exitCode ?? child.signalCode) === null ? child.once('close', done) : done(0),
        ),
    );
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ends);
  }

  #spawn(...words: string[]): { child: ChildProcess; ended: Promise<number | string | null> } {
    const child = spawn(process.execPath, [worker.path, this.#state, this.#file, ...words], {
      env: { PATH: process.env.PATH, ...this.#environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.add(child);
    const ended = new Promise<number | string | null>((done) =>
      child.once('close', (status, signal) => done(status ?? signal)),
    );
    return { child, ended };
  }

  async #withStore<T>(
    effect: 'reads' | 'changes',
    work: (db: Db, application: ReturnType<typeof createApplication>) => Promise<T>,
  ): Promise<T> {
    const application = createApplication({ WHMAPI1_STATE_DIR: this.#state, ...this.#environment });
    try {
      return await application.engine.store.transaction(effect, async (db) => ({
        value: await work(db, application),
        keep: effect === 'changes',
      }));
    } finally {
      application.close();
    }
  }
}
