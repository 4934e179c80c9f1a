// Executes the parts of a plan in the journal: applies or undoes its steps, and stores its outcome. `execute-plan.ts`
// uses this for a call, and `recover-plans.ts` for an interrupted call.
import type { Db } from './context.ts';
import type { Engine } from './engine.ts';
import { ApiError } from './errors.ts';
import { MachineError, ofDisk, UNCHANGED } from './machine-error.ts';
import type { AnyStep, Change, JournaledStep, JournalEntry, StepResult } from './plan.ts';

/** Journal IDs of the operations that this process is executing. Excludes those that it abandoned. */
export const inProgress = new Set<number>();

/** The kind of an entry that only holds locks (`hold-locks.ts`). */
export const HELD_LOCKS = 'hold-locks';

/** A plan in the journal. The states of its steps change during execution. */
export interface Opened {
  readonly entry: Omit<JournalEntry, 'steps'> & { readonly steps: JournaledStep[] };
  readonly change: Change;
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
 */
export async function applySteps(
  engine: Engine,
  { id, steps }: Opened['entry'],
  secret: string,
  assertWanted: () => void = () => undefined,
): Promise<void> {
  let done: { position: number; result: unknown } | undefined;
  for (const [position, planned] of steps.entries()) {
    if (planned.state === 'done') continue;
    assertWanted();
    const step = await stepOf(engine, planned.kind);
    const input = planned.input as never;
    const { machine, sealer } = engine;
    let { memento } = planned;
    // A step that was started earlier keeps its recorded memento.
    if (planned.state === 'planned') {
      memento = await step.prepare?.(machine, input, sealer);
      await inStore(engine, 'changes', (db) =>
        engine.journal.note(db, id, { ...(done && { done }), begun: { position, memento } }),
      );
    }
    steps[position] = { ...planned, state: 'begun', memento };
    const result = await step.apply(machine, { input, memento: memento as never, secret, sealer });
    done = { position, result };
    steps[position] = { ...planned, state: 'done', memento, result };
  }
}

/**
 * Undoes the steps in reverse order. `wasRefused`: the step that was started last failed before it changed anything.
 */
export async function undo(engine: Engine, { entry }: Opened, wasRefused = false): Promise<void> {
  for (const { kind, state, input, memento } of [...entry.steps].reverse()) {
    if (state === 'planned' || (state === 'begun' && wasRefused)) continue;
    const step = await stepOf(engine, kind);
    try {
      const { machine, sealer } = engine;
      await step.undo?.(machine, { input: input as never, memento: memento as never, sealer });
    } catch (error) {
      if (!hasNothingToUndo(error)) throw error;
    }
  }
  await inStore(engine, 'changes', (db) => engine.journal.close(db, entry.id));
}

/** Whether there is nothing to undo: the user was removed, was replaced by hand, or was never renamed. */
function hasNothingToUndo(error: unknown): boolean {
  return error instanceof MachineError && ['not_found', 'not_ours', 'exists'].includes(error.code);
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
    if (!(await engine.journal.close(db, entry.id))) {
      throw new ApiError(
        'host_failed',
        'Another process considered this call abandoned and undid its changes. Retry the call.',
      );
    }
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
