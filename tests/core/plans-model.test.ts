// Random calls that create and remove things, in several processes with one store: their changes share commits, are rolled
// back, fail, lose their responses, and their processes are killed, while others recover what was interrupted. At the end,
// the machine and the store are compared with what the calls answered. `WHMAPI1_TEST_SEED=7` runs one seed.
import type { Caller } from '../../src/core/context.ts';
import type { AnyFunction } from '../../src/core/define.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Engine, Store } from '../../src/core/engine.ts';
import { ApiError, badParam } from '../../src/core/errors.ts';
import { finish, TASK } from '../../src/core/irreversible.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import { defineChange, defineStep, exclusive, shared, type AnyStep } from '../../src/core/plan.ts';
import { recover } from '../../src/core/recover-plans.ts';
import { UNDO, undoLater } from '../../src/core/undo.ts';
import { Installation } from '../support/installation.ts';
import { isSoak } from '../support/sixth.ts';
import { onSqlite } from '../support/test-database.ts';

const SEEDS = isSoak ? 12_000 : 600;
// So many took seven minutes on a busy machine.
if (isSoak) jest.setTimeout(600_000);
const root: Caller = { user: 'root', privileges: 'all' };

/** Numbers below 1 that depend only on the seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ABSENT = 0;

interface Process {
  readonly name: string;
  readonly engine: Engine;
}

class World {
  readonly #random: () => number;
  readonly #base: Engine;
  /** What exists on the machine, and the number of the call that made it. */
  readonly machine = new Map<string, number>();
  /** The states that each thing may have at the end: absent, or made by a call. One, unless a response was lost. */
  readonly possible = new Map<string, Set<number>>();
  readonly #living = new Set<string>();
  /** How likely faults are. */
  #trouble = 0;
  #calls = 0;
  /** Those that are not answered. */
  readonly #removals = new Set<{ readonly process: string; readonly thing: string }>();
  readonly #answers: { readonly process: string; readonly done: Promise<void> }[] = [];
  #processes: Process[] = [];

  constructor(base: Engine, seed: number) {
    this.#base = base;
    this.#random = chance(seed);
  }

  #is(likely: number): boolean {
    return this.#random() < likely;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  async #pause(most = 3): Promise<void> {
    for (let left = this.#below(most + 1); left > 0; left--) await new Promise(setImmediate);
  }

  async run(): Promise<void> {
    this.#trouble = this.#is(0.8) ? 0.15 * this.#random() : 0;
    this.#start();
    this.#start();
    for (let left = 6 + this.#below(10); left > 0; left--) {
      const one = this.#processes[this.#below(this.#processes.length)];
      if (one === undefined) throw new Error('No process is left.');
      const { engine, name } = one;
      const kind = this.#random();
      if (kind < 0.75) this.#answers.push({ process: name, done: this.#call(engine) });
      else if (kind < 0.9) this.#answers.push({ process: name, done: recovery(engine) });
      else if (kind < 0.95) this.#answers.push({ process: name, done: rollBackAll(engine) });
      else if (this.#is(0.3)) this.#kill(name);
      if (this.#is(0.6)) await this.#pause(30);
    }
    // What a killed process was asked is never answered.
    for (const { process, done } of this.#answers) if (this.#living.has(process)) await done;
    this.#trouble = 0;
    // The last transactions of killed processes have ended then.
    await this.#base.store.transaction('changes', async () => ({ value: undefined, keep: true }));
    for (const { engine } of this.#processes) await recovery(engine);
  }

  #start(): void {
    const name = `process ${this.#processes.length} ${this.#random()}`;
    this.#living.add(name);
    const hangIfKilled = async () => {
      if (!this.#living.has(name)) await new Promise(() => undefined);
    };
    const engine: Engine = {
      ...this.#base,
      store: this.#unreliable(this.#base.store, hangIfKilled),
      processes: { own: () => name, isAlive: (other) => this.#living.has(other) },
      ownPlans: { givenUp: new Set(), inRecovery: new Set() },
      find: async (command) => this.#functions[command],
      change: async (kind) => this.#changes[kind],
      step: async (kind) => this.#steps(hangIfKilled)[kind],
      isHookable: () => false,
      logUnexpected: () => '',
      audit: async () => {
        await this.#pause(1);
        if (this.#is(this.#trouble)) throw new ApiError('store_unavailable', 'The log is full.');
      },
    };
    this.#processes.push({ name, engine });
  }

  #kill(name: string): void {
    this.#living.delete(name);
    // A removal that was begun is completed by others, and never answered.
    for (const { process, thing } of this.#removals) if (process === name) this.possibleOf(thing).add(ABSENT);
    this.#processes = this.#processes.filter((process) => process.name !== name);
    this.#start();
  }

  /** Loses some responses to commits, which were made or not, and is sometimes unreachable. */
  #unreliable(store: Store, hangIfKilled: () => Promise<void>): Store {
    return {
      transaction: async (effect, work) => {
        await hangIfKilled();
        if (this.#is(this.#trouble / 4)) throw new ApiError('store_unavailable', 'It is out of reach.');
        if (effect === 'reads' || !this.#is(this.#trouble / 2)) return store.transaction(effect, work);
        const isKept = this.#is(0.5);
        await store.transaction(effect, async (db, nested) => {
          const { value, keep } = await work(db, nested);
          return { value, keep: keep && isKept };
        });
        throw new ApiError('unknown_outcome', 'The response is lost.');
      },
    };
  }

  async #call(engine: Engine): Promise<void> {
    const call = (this.#calls += 1);
    const thing = `thing ${this.#below(2)}`;
    const command = this.#is(0.7) ? 'make' : 'drop';
    const args = Object.entries({ thing, call: String(call), parts: String(1 + this.#below(3)) });
    const removal = { process: engine.processes.own(), thing };
    if (command === 'drop') this.#removals.add(removal);
    const { metadata } = await dispatch(
      { command, args: args.map(([name, value]) => ({ name, value })), dryRun: false },
      root,
      engine,
    );
    this.#removals.delete(removal);
    const state = command === 'make' ? call : ABSENT;
    const isUnclear = command === 'drop' || metadata.error_code === 'unknown_outcome';
    if (metadata.result === 1) this.possible.set(thing, new Set([state]));
    // A removal that was begun is completed later.
    else if (isUnclear) this.possibleOf(thing).add(state);
  }

  possibleOf(thing: string): Set<number> {
    const states = this.possible.get(thing) ?? new Set([ABSENT]);
    this.possible.set(thing, states);
    return states;
  }

  readonly #make = defineChange<{ thing: string; call: number }>({
    kind: 'make-thing',
    store: async (db, { thing, call }) => {
      await this.#pause(1);
      await db.run('INSERT INTO setting (name, value) VALUES (?, ?)', thing, String(call));
      if (this.#is(this.#trouble)) throw new ApiError('busy', 'The outcome cannot be stored.');
    },
  });

  readonly #drop = defineChange<{ thing: string }>({
    kind: 'drop-thing',
    store: async (db, { thing }) => {
      if (this.#is(this.#trouble)) throw new ApiError('busy', 'The outcome cannot be stored.');
      await db.run('DELETE FROM setting WHERE name = ?', thing);
    },
  });

  readonly #changes: Record<string, Engine['change'] extends (kind: string) => Promise<infer C> ? C : never> =
    { 'make-thing': this.#make, 'drop-thing': this.#drop };

  readonly #functions: Record<string, AnyFunction> = {
    make: this.#function('make', async ({ thing, call, parts }, context) => {
      if ((await context.db.get('SELECT 1 FROM setting WHERE name = ?', thing)) !== undefined)
        throw badParam('It exists.');
      const steps = Array.from({ length: parts }, (_, part) => ({
        kind: 'make-part',
        input: { part: `${thing}/${part}`, call },
      }));
      const locks = [exclusive(thing), shared('machine')];
      const first = call % 3 === 0 ? { locks, steps: steps.splice(0, 1) } : undefined;
      context.plan(this.#make.plan({ thing, call }, { locks, steps, ...(first && { first }) }));
    }),
    drop: this.#function('drop', async ({ thing }, context) => {
      if ((await context.db.get('SELECT 1 FROM setting WHERE name = ?', thing)) === undefined)
        throw badParam('It does not exist.');
      const steps = [{ kind: 'drop-parts', input: { thing } }];
      context.plan(this.#drop.plan({ thing }, { locks: [exclusive(thing)], steps, irreversible: true }));
    }),
  };

  #function(
    name: string,
    handler: (
      args: { thing: string; call: number; parts: number },
      context: {
        db: import('../../src/core/context.ts').Db;
        plan: import('../../src/core/context.ts').Context['plan'];
      },
    ) => Promise<void>,
  ): AnyFunction {
    return {
      name,
      family: 'accounts',
      summary: 'Test',
      description: 'Test.',
      access: 'root',
      effect: 'operates',
      params: {
        thing: { type: 'string', doc: 'Its name.', required: true },
        call: { type: 'integer', doc: 'The number of the call.', required: true },
        parts: { type: 'integer', doc: 'How many parts it has.', required: true },
      },
      returns: {},
      examples: [],
      handler: async (args: never, context: never) => {
        if (this.#is(this.#trouble)) throw new ApiError('busy', 'It is refused.');
        await handler(args, context);
      },
    } as unknown as AnyFunction;
  }

  #steps(hangIfKilled: () => Promise<void>): Record<string, AnyStep> {
    const work = async () => {
      await this.#pause();
      await hangIfKilled();
    };
    const failing = () => {
      if (this.#is(this.#trouble)) throw new MachineError('failed', 'A tool failed.');
    };
    return {
      'make-part': defineStep<{ part: string; call: number }, { existed: boolean }>({
        kind: 'make-part',
        prepare: async (_machine, { part }) => {
          await work();
          if (this.machine.has(part)) throw new MachineError('exists', 'It exists.');
          return { existed: false };
        },
        apply: async (_machine, { input: { part, call } }) => {
          await work();
          failing();
          this.machine.set(part, call);
          await work();
          failing();
        },
        undo: async (_machine, { input: { part } }) => {
          await work();
          failing();
          this.machine.delete(part);
        },
      }),
      'drop-parts': defineStep<{ thing: string }>({
        kind: 'drop-parts',
        apply: async (_machine, { input: { thing } }) => {
          await work();
          failing();
          for (const part of this.machine.keys()) if (part.startsWith(`${thing}/`)) this.machine.delete(part);
        },
      }),
    };
  }
}

/** What every changing call does first, and then what the tasks do. */
async function recovery(engine: Engine): Promise<void> {
  const list = () =>
    engine.store.transaction('reads', async (db) => ({
      value: await engine.journal.list(db),
      keep: false,
    }));
  // If the store is unreachable, the call fails.
  await list()
    .then((entries) => recover(engine, entries))
    .catch(() => undefined);
  for (const { id, process } of await list().catch(() => [])) {
    if (process === UNDO) await undoLater(engine, id).catch(() => undefined);
    if (process === TASK) await finish(engine, id).catch(() => undefined);
  }
}

/** SQLite rolls back all changes of a group because of one. */
async function rollBackAll(engine: Engine): Promise<void> {
  const insert = "INSERT OR ROLLBACK INTO setting (name, value) VALUES ('twice', '')";
  await engine.store
    .transaction('changes', async (db) => {
      await db.run(insert);
      return { value: await db.run(insert), keep: true };
    })
    .catch(() => undefined);
}

let here: Installation;
beforeAll(() => {
  here = new Installation({ livesLong: true });
  // A call that waits for a lock looks again at once.
  jest.spyOn(global, 'setTimeout').mockImplementation(((work: () => void) => setImmediate(work)) as never);
});
afterAll(() => {
  jest.restoreAllMocks();
  here.remove();
});

const rowsOf = <Row>(sql: string): Promise<Row[]> =>
  here.application.engine.store.transaction('reads', async (db) => ({
    value: await db.all<Row>(sql),
    keep: false,
  }));

/** @returns what differs from what the calls answered. */
async function faultsOf(seed: number): Promise<string[]> {
  const world = new World(here.application.engine, seed);
  await world.run();
  const faults: string[] = [];
  const [journal, locks] = await Promise.all([
    rowsOf<object>('SELECT * FROM operation'),
    rowsOf<object>('SELECT * FROM operation_lock'),
  ]);
  if (journal.length + locks.length > 0) faults.push(`left: ${JSON.stringify({ journal, locks })}`);
  const stored = new Map(
    (
      await rowsOf<{ name: string; value: string }>(
        "SELECT name, value FROM setting WHERE name LIKE 'thing %'",
      )
    ).map(({ name, value }) => [name, Number(value)]),
  );
  for (const thing of ['thing 0', 'thing 1']) {
    const made = [...world.machine].filter(([part]) => part.startsWith(`${thing}/`)).map(([, call]) => call);
    const state = stored.get(thing) ?? ABSENT;
    const expected = state === ABSENT ? [] : [state];
    if (String([...new Set(made)]) !== String(expected))
      faults.push(`${thing}: the machine has ${made.join()}, and the store ${state}`);
    const possible = [...world.possibleOf(thing)];
    if (!possible.includes(state))
      faults.push(`${thing}: it is ${state}, and was answered to be ${possible.join()}`);
  }
  await here.application.engine.store.transaction('changes', async (db) => {
    for (const table of ['operation', 'operation_lock', 'operation_step'])
      await db.run(`DELETE FROM ${table}`);
    return { value: await db.run("DELETE FROM setting WHERE name LIKE 'thing %'"), keep: true };
  });
  return faults.map((fault) => `seed ${seed}: ${fault}`);
}

onSqlite('what calls answered is on the machine and in the store, and nothing else is', async () => {
  const only = process.env.WHMAPI1_TEST_SEED;
  const faults: string[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    if (only === undefined || Number(only) === seed) faults.push(...(await faultsOf(seed)));
  }
  expect(faults).toEqual([]);
});
