// Executes the parts of a plan in the journal: applies its steps, and stores its outcome. `execute-plan.ts` uses this for
// a call, and `recover-plans.ts` for an interrupted call. `undo.ts` undoes steps.
import type { Db } from './context.ts';
import type { Engine } from './engine.ts';
import { ApiError, takenOver } from './errors.ts';
import { MachineError, ofDisk, UNCHANGED } from './machine-error.ts';
import type { AnyStep, Change, Held, JournaledStep, JournalEntry, StepResult } from './plan.ts';

/** Leaves an entry of this process to the next call. If the store cannot be used now, this process remembers it. */
export async function leave(engine: Engine, id: number): Promise<void> {
  const held = { id, process: engine.processes.own() };
  try {
    await inStore(engine, 'changes', (db) => engine.journal.release(db, held));
  } catch (error) {
    engine.ownPlans.givenUp.add(id);
    throw error;
  }
}

/**
 * Takes over an entry that is nobody's according to the store, and runs `work` with what the journal has of it now.
 * Other calls of this process leave it alone meanwhile. Does nothing if the entry is somebody's.
 */
export async function takeOver(
  engine: Engine,
  { id, process }: Held,
  work: (entry: JournalEntry) => Promise<void>,
): Promise<void> {
  const { journal, processes, ownPlans } = engine;
  const own = processes.own();
  const isNobodys =
    process === '' || (process === own ? ownPlans.givenUp.has(id) : !processes.isAlive(process));
  if (!isNobodys || ownPlans.inRecovery.has(id)) return;
  ownPlans.inRecovery.add(id);
  try {
    const entry = await inStore(engine, 'changes', (db) => journal.claim(db, { id, process }, own));
    if (entry === undefined) return;
    ownPlans.givenUp.delete(id);
    await work(entry);
  } catch (error) {
    await leave(engine, id);
    throw error;
  } finally {
    ownPlans.inRecovery.delete(id);
  }
}

/**
 * Takes an entry that is left to a task, and runs `work` with it. If that fails, the entry is left to the task again.
 * @returns undefined if the entry is not there, or another process or call is at it.
 * @throws ApiError `busy` while a later call holds one of its locks.
 */
export async function claimLeft<T>(
  engine: Engine,
  held: Held,
  work: (entry: JournalEntry) => Promise<T>,
): Promise<T | undefined> {
  const { journal, processes, ownPlans } = engine;
  const { id } = held;
  if (ownPlans.inRecovery.has(id)) return undefined;
  const own = processes.own();
  ownPlans.inRecovery.add(id);
  try {
    const entry = await inStore(engine, 'changes', (db) => journal.claimLeft(db, held, own));
    if (typeof entry === 'string') throw new ApiError('busy', `Another call is running on “${entry}”.`);
    return entry && (await work(entry));
  } catch (error) {
    // If the store cannot be used, the next call takes it over.
    const back = { id, process: own };
    await inStore(engine, 'changes', (db) => journal.claim(db, back, held.process)).catch(() => {
      ownPlans.givenUp.add(id);
    });
    throw error;
  } finally {
    ownPlans.inRecovery.delete(id);
  }
}

/** The kind of an entry that only holds locks (`hold-locks.ts`). */
export const HELD_LOCKS = 'hold-locks';

/** A plan in the journal. The states of its steps change during execution. */
export interface Opened {
  readonly entry: Omit<JournalEntry, 'steps'> & { readonly steps: JournaledStep[] };
  readonly change: Change;
  /** The parts of a plan share it. */
  readonly fate: {
    /** True once this process has stored the outcome, undone the plan, or left it to others. */
    isSettled: boolean;
  };
}

/** Loads the change that stores the outcome. The type of the change's input is erased: only its `store` knows it. */
export async function changeOf(engine: Engine, kind: string): Promise<Change> {
  const change = await engine.change(kind);
  if (change === undefined) throw new Error(`There is no change “${kind}”.`);
  return change;
}

export async function stepOf(engine: Engine, kind: string): Promise<AnyStep> {
  const step = await engine.step(kind);
  if (step === undefined) throw new Error(`There is no step “${kind}”.`);
  return step;
}

/**
 * Applies all steps that are not done, in order. Before each step is applied, the journal has it with the state of the
 * machine (the memento). `assertWanted` is called before each step and throws if the call is no longer wanted.
 * @param skipHome called with the error of a step that fails because of a home. The other steps are applied nevertheless,
 * because the plan must be finished. Default: the error is thrown.
 */
export async function applySteps(
  engine: Engine,
  entry: Opened['entry'],
  secret: string,
  {
    assertWanted = () => undefined,
    skipHome,
  }: { readonly assertWanted?: () => void; readonly skipHome?: (error: MachineError) => void } = {},
): Promise<void> {
  const { steps } = entry;
  let isPastReturn = await hasBegunIrreversible(engine, steps);
  let done: { position: number; result: unknown } | undefined;
  for (const [position, planned] of steps.entries()) {
    if (planned.state === 'done') continue;
    const step = await stepOf(engine, planned.kind);
    if (!isPastReturn) assertWanted();
    if (!isPastReturn && step.irreversible !== undefined) {
      await prepareAll(engine, steps.slice(position + 1));
      isPastReturn = true;
    }
    const input = planned.input as never;
    const { machine, sealer } = engine;
    let { memento } = planned;
    // A step that was started earlier keeps its recorded memento.
    if (planned.state === 'planned') {
      memento = await step.prepare?.(machine, input, sealer);
      await inStore(engine, 'changes', (db) =>
        engine.journal.note(db, entry, { ...(done && { done }), begun: { position, memento } }),
      );
    }
    steps[position] = { ...planned, state: 'begun', memento };
    const work = { input, memento: memento as never, secret, sealer };
    const result = await step.apply(machine, work).catch((error: unknown) => {
      if (skipHome === undefined || !(error instanceof MachineError && error.isOfHome)) throw error;
      skipHome(error);
    });
    done = { position, result };
    steps[position] = { ...planned, state: 'done', memento, result };
    if (step.endsWriters === true) await engine.releaseReserve?.();
  }
}

async function hasBegunIrreversible(engine: Engine, steps: readonly JournaledStep[]): Promise<boolean> {
  for (const { kind, state } of steps) {
    if (state !== 'planned' && (await stepOf(engine, kind)).irreversible !== undefined) return true;
  }
  return false;
}

/** Before the first of these steps, which cannot be undone, is applied: one that would be refused is refused now. */
async function prepareAll(engine: Engine, steps: readonly JournaledStep[]): Promise<void> {
  const { machine, sealer } = engine;
  for (const { kind, input } of steps) {
    await (await stepOf(engine, kind)).prepare?.(machine, input as never, sealer);
  }
}

export async function store(
  engine: Engine,
  { entry, change }: Opened,
  conclude: (db: Db, results: readonly StepResult[]) => Promise<void>,
): Promise<void> {
  const results = entry.steps.map(({ kind, result }) => ({ kind, value: result }));
  const { sealer, now } = engine;
  await inStore(engine, 'changes', async (db) => {
    await change.store(db, entry.input as never, { results, sealer, now });
    if (change.unfinishedCalls === 'ended') await engine.journal.endLeft(db, entry);
    if (!(await engine.journal.close(db, entry))) throw takenOver();
    await conclude(db, results);
  });
}

export function inStore<T>(
  engine: Engine,
  effect: 'reads' | 'changes',
  work: (db: Db) => Promise<T>,
): Promise<T> {
  return engine.store.transaction(effect, async (db) => ({
    value: await work(db),
    keep: effect === 'changes',
  }));
}

/**
 * Returns an error's message as a sentence, without the claim that nothing was changed. Messages of tools have no full
 * stop.
 */
export function sentence(thrown: unknown): string {
  const error = ofDisk(thrown);
  const message = ((error as Partial<Error> | null)?.message ?? String(error)).replace(UNCHANGED, '');
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
