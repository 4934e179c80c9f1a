// Steps that cannot be undone. They come last, and together: before the first of them, a plan that fails is undone as a
// whole. From then on it can only be finished. If the call cannot do that, a task does, which everybody can see.
import type { Db } from './context.ts';
import type { Engine } from './engine.ts';
import { ApiError } from './errors.ts';
import {
  changeOf,
  applySteps,
  claimLeft,
  inStore,
  leave,
  sentence,
  stepOf,
  store,
  type Opened,
} from './journaled-plan.ts';
import type { MachineError } from './machine-error.ts';
import type { JournaledStep, JournalEntry, PlannedStep } from './plan.ts';

/** The kind of task that finishes a plan. */
const FINISH = 'finish-operation';
/** What the journal has instead of a process while a plan waits for its task. */
export const TASK = 'task';

/** Returns the steps in the order in which they are applied. */
export async function irreversibleLast<Planned extends PlannedStep>(
  engine: Pick<Engine, 'step'>,
  steps: readonly Planned[],
): Promise<Planned[]> {
  const areLast = await Promise.all(steps.map(async ({ kind }) => await isIrreversible(engine, kind)));
  return [...steps.filter((_, at) => areLast[at] !== true), ...steps.filter((_, at) => areLast[at] === true)];
}

async function isIrreversible(engine: Pick<Engine, 'step'>, kind: string): Promise<boolean> {
  return (await engine.step(kind))?.irreversible !== undefined;
}

/**
 * True if a plan can only be finished, because a step that cannot be undone was applied, or a part of it may be.
 * @param hasFailed the step that was begun has reported its failure. Otherwise its process has ended, and how far it came
 * is not known.
 */
export async function hasPassedReturn(
  engine: Engine,
  { steps }: Pick<Opened['entry'], 'steps'>,
  { hasFailed }: { readonly hasFailed: boolean },
): Promise<boolean> {
  for (const { kind, state } of steps) {
    if (state === 'planned') continue;
    const { irreversible } = await stepOf(engine, kind);
    if (irreversible === undefined) continue;
    if (state === 'done' || irreversible === 'piecemeal' || !hasFailed) return true;
  }
  return false;
}

/** Leaves a plan that can only be finished to a task. @returns the task's ID. */
export async function handOver(
  engine: Engine,
  { id, process, kind, xid, caller, steps }: Opened['entry'],
): Promise<number> {
  return inStore(engine, 'changes', async (db) => {
    const held = { id, process };
    for (const [position, { state, result }] of steps.entries()) {
      if (state === 'done') await engine.journal.note(db, held, { done: { position, result } });
    }
    await engine.journal.claim(db, held, TASK);
    return ensureTask(engine, db, { id, kind, xid, caller });
  });
}

function ensureTask(
  engine: Engine,
  db: Db,
  { id, kind, xid, caller }: Pick<JournalEntry, 'id' | 'kind' | 'xid' | 'caller'>,
): Promise<number> {
  const task = { kind: FINISH, input: { operation: id, change: kind }, xid, caller };
  return engine.ensureTask(db, task, engine.now());
}

/** For an entry that waits for its task: adds one if somebody has stopped it. */
export async function remind(engine: Engine, entry: JournalEntry): Promise<void> {
  await inStore(engine, 'changes', async (db) => {
    const present = await engine.journal.find(db, entry.id);
    if (present?.process === TASK) await ensureTask(engine, db, present);
  });
}

/** Leaves the rest of a failed plan to a task. Returns the error to report: what was done, and what will be. */
export async function finishLater(engine: Engine, { entry }: Opened, error: unknown): Promise<unknown> {
  const task = await handOver(engine, entry).catch(() => undefined);
  // The next call hands it over.
  if (task === undefined) await leave(engine, entry.id).catch(() => undefined);
  const isDone = ({ state }: JournaledStep) => state === 'done';
  const done = await sentencesOf(engine, entry.steps.filter(isDone));
  const left = await sentencesOf(
    engine,
    entry.steps.filter((step) => !isDone(step)),
  );
  const rest =
    task === undefined
      ? 'The next call does the rest.'
      : `The task ${task} (${FINISH}) does the rest: it tries every minute, and “whmapi1 --tasks” shows it.`;
  const parts = [
    sentence(error),
    'The call can no longer be taken back.',
    `Done: ${done === '' ? 'nothing yet.' : done}`,
    left === '' ? 'The outcome is still to be stored.' : `Still to be done: ${left}`,
    rest,
  ];
  const code = error instanceof ApiError ? error.code : 'host_failed';
  return new ApiError(code, parts.join(' '), { cause: error });
}

async function sentencesOf(engine: Engine, steps: readonly PlannedStep[]): Promise<string> {
  const sentences: string[] = [];
  for (const { kind, input } of steps) {
    const text = (await stepOf(engine, kind)).describe?.(input as never);
    if (text !== undefined) sentences.push(text);
  }
  return sentences.join(' ');
}

/**
 * Finishes a plan that waits for its task. Does nothing if the plan is no longer there.
 * @returns a sentence for each step that a home made impossible.
 * @throws ApiError, MachineError if that fails now. Then the plan waits again.
 */
export async function finish(engine: Engine, id: number): Promise<string[]> {
  const finishedNow = await claimLeft(engine, { id, process: TASK }, async (entry) => {
    const change = await changeOf(engine, entry.kind);
    const opened = { entry: { ...entry, steps: [...entry.steps] }, change, fate: { isSettled: false } };
    return { entry, remarks: await finishNow(engine, opened) };
  });
  if (finishedNow !== undefined) {
    await engine.audit(finished(engine, finishedNow.entry), 'change');
    return finishedNow.remarks;
  }
  const isThere = await inStore(
    engine,
    'reads',
    async (db) => (await engine.journal.find(db, id)) !== undefined,
  );
  if (isThere) throw new ApiError('busy', 'Another process is finishing the operation.');
  return [];
}

/**
 * Applies the steps that are not done, and stores the outcome. What a home makes impossible is left as it is: its user can
 * make that fail for ever.
 * @returns a sentence for each step that was left.
 */
export async function finishNow(engine: Engine, opened: Opened): Promise<string[]> {
  const { xid, kind } = opened.entry;
  const remarks: string[] = [];
  const skipHome = (error: MachineError) => {
    const where = engine.logUnexpected(xid, kind, error);
    remarks.push(
      `A file in a home was changed meanwhile, and was left as it is: ${sentence(error)} ${where}`,
    );
  };
  await applySteps(engine, opened.entry, '', { skipHome });
  await store(engine, opened, async () => undefined);
  return remarks;
}

const finished = (engine: Engine, { xid, caller, kind }: JournalEntry) => ({
  ...{ time: engine.now(), xid, caller, function: kind, arguments: [], duration_ms: 0 },
  ...{ result: 1 as const, stage: 'finished later' as const },
});
