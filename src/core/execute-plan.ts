// Executes plans. Each step is recorded before it is applied, and undone if a later one fails.
import type { Call, Db } from './context.ts';
import type { Engine } from './engine.ts';
import { ApiError } from './errors.ts';
import {
  applySteps,
  changeOf,
  inStore,
  sentence,
  stepOf,
  store,
  inProgress,
  undo,
  type Opened,
} from './journaled-plan.ts';
import { needsNothing } from './first-step.ts';
import { MachineError, ofDisk, UNCHANGED } from './machine-error.ts';
import type { Begun, JournaledStep, Lock, Plan, PlannedStep, StepResult } from './plan.ts';
import { quote } from './quote.ts';

/** How long a call waits between two checks of a lock, and how often it waits. */
const PAUSE_MS = 100;
const MAX_PAUSES = 150;
/** After the first part of a plan, which would be undone, and in a task: 10 minutes. */
const MAX_PAUSES_IF_PATIENT = 6000;
/** How many pauses pass between two checks whether the process that holds the lock has died. */
const PAUSES_BETWEEN_LOOKS = 10;

/**
 * Handles a transaction that failed or whose outcome is unknown: this process no longer counts its operation as in
 * progress.
 */
export const abandon =
  (tries: number[]) =>
  (error: unknown): never => {
    forget(tries);
    throw error;
  };

/** Forgets the operations of transactions that were rolled back. */
export function forget(tries: number[]): void {
  for (const id of tries.splice(0)) inProgress.delete(id);
}

interface About {
  readonly xid: string;
  readonly caller: string;
  readonly tries: number[];
  /** What the first step found (`first-step.ts`). */
  readonly found?: Begun | undefined;
}

/** Writes a plan to the journal. @returns the lock that another call holds, if it has to wait. */
export async function open(
  engine: Engine,
  db: Db,
  plan: Plan,
  { xid, caller, tries, found }: About,
): Promise<Opened | string> {
  const about = { process: engine.processes.own(), xid, caller };
  const change = await changeOf(engine, plan.change);
  // The rest of the plan is made again after the first part.
  const part = plan.first === undefined ? plan : { ...plan, ...plan.first };
  const begun = (await needsNothing(engine, part)) ? { memento: undefined } : found;
  const opened = await engine.journal.open(db, part, about, begun);
  if (typeof opened === 'string') return opened;
  inProgress.add(opened);
  tries.push(opened);
  const entry = {
    ...about,
    id: opened,
    kind: plan.change,
    input: plan.input,
    irreversible: plan.irreversible === true,
    needsSecret: plan.irreversible === true && plan.secret !== undefined,
    begunBefore: 0,
    steps: part.steps.map((step, at) => (at === 0 && begun ? asBegun(step, begun) : asPlanned(step))),
  };
  return { entry, change };
}

const asPlanned = (step: PlannedStep): JournaledStep => ({
  ...step,
  state: 'planned',
  memento: null,
  result: null,
});

const asBegun = (step: PlannedStep, { memento }: Begun): JournaledStep => ({
  ...asPlanned(step),
  state: 'begun',
  memento,
});

/** Adds the rest of a plan to the journal, after its first part. @returns the lock that another call holds. */
export async function extend(
  engine: Engine,
  db: Db,
  plan: Plan,
  { entry }: Opened,
): Promise<Opened | string> {
  const change = await changeOf(engine, plan.change);
  const taken = await engine.journal.extend(db, entry.id, plan);
  if (taken !== undefined) return taken;
  const steps = [...entry.steps, ...plan.steps.map(asPlanned)];
  return { entry: { ...entry, kind: plan.change, input: plan.input, steps }, change };
}

/**
 * Applies the first part of a plan, and then runs `rest`, which extends the plan and executes it.
 * @throws the error of a step or of `rest`, after undoing the finished steps.
 */
export async function executeFirst<T>(engine: Engine, opened: Opened, rest: () => Promise<T>): Promise<T> {
  try {
    await applySteps(engine, opened.entry, '');
    const result = await rest();
    // The second plan has no work, for example because another call has done it meanwhile.
    if (inProgress.has(opened.entry.id)) await undo(engine, opened);
    return result;
  } catch (error) {
    // If the rest of the plan was started, it has undone everything.
    if (!inProgress.has(opened.entry.id)) throw error;
    throw await undoAfterFailure(engine, opened, error);
  } finally {
    inProgress.delete(opened.entry.id);
  }
}

/** Describes the steps for a dry run. */
export async function preview(engine: Engine, plan: Plan): Promise<string[]> {
  const lines: string[] = [];
  for (const { kind, input } of [...(plan.first?.steps ?? []), ...plan.steps]) {
    const step = await stepOf(engine, kind);
    const description = step.describe?.(input as never);
    if (description !== undefined) lines.push(description);
    lines.push(...((await step.preview?.(engine.machine, input as never, engine.sealer)) ?? []));
  }
  return lines;
}

interface Waiting {
  readonly look: () => Promise<readonly string[]>;
  readonly own?: number | undefined;
  readonly isPatient?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Waits until all locks are free. `look` undoes or completes operations of processes that have died meanwhile, and
 * returns a sentence for each one for which this fails.
 * @param own the call’s operation, if the first part of its plan is done.
 * @throws ApiError `busy` after about 15 seconds, or 10 minutes if it is patient; `host_failed` as soon as a lock belongs
 * to an operation that can be neither undone nor completed; the reason of `signal` if it is aborted.
 */
export async function waitForLocks(
  engine: Engine,
  locks: readonly Lock[],
  { look, own, isPatient = own !== undefined, signal }: Waiting,
): Promise<void> {
  const maxPauses = isPatient ? MAX_PAUSES_IF_PATIENT : MAX_PAUSES;
  let failures: readonly string[] = [];
  for (let pauses = 0; ; pauses++) {
    const taken = await inStore(engine, 'reads', (db) => engine.journal.findTaken(db, locks, own));
    if (taken === undefined) return;
    const name = quote(taken.name);
    if (taken.isAbandoned && failures.length > 0) {
      throw new ApiError('host_failed', `An interrupted call still holds ${name}. ${failures.join(' ')}`);
    }
    if (pauses >= maxPauses) {
      throw new ApiError('busy', `Another call is running on ${name}. Retry this call later.`);
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    signal?.throwIfAborted();
    failures = pauses % PAUSES_BETWEEN_LOOKS === 0 ? await look() : [];
  }
}

/**
 * Applies every step and stores the outcome. `conclude` is called in the transaction that stores the outcome, with the
 * results of the steps. A call that ends if it is abandoned does so before a step, or before its outcome is stored.
 * @throws the error of a step or the store, after undoing the finished steps.
 */
export async function execute(
  engine: Engine,
  opened: Opened,
  {
    secret,
    endsIfAbandoned,
    isAbandoned,
  }: Pick<Call, 'endsIfAbandoned' | 'isAbandoned'> & { secret: string },
  conclude: (db: Db, results: readonly StepResult[]) => Promise<void>,
): Promise<void> {
  const assertWanted = () => {
    if (endsIfAbandoned === true && isAbandoned?.() === true)
      throw new ApiError('abandoned', 'The command was interrupted. What the call had done was undone.');
  };
  const { entry } = opened;
  let isApplied = false;
  try {
    await applySteps(engine, entry, secret, assertWanted);
    assertWanted();
    isApplied = true;
    await store(engine, opened, conclude);
  } catch (error) {
    if (isApplied && isUnknownOutcome(error)) {
      const stored = await wasStored(engine, entry.id).catch(() => undefined);
      if (stored === true) return;
      // The journal cannot be read now. The next call reads it, and undoes or completes this operation.
      if (stored === undefined) throw error;
    }
    // If a step failed, the earlier steps are undone even in an irreversible plan, because the outcome is not stored.
    if (entry.irreversible && isApplied) throw await irreversibleFailure(engine, entry, error);
    throw await undoAfterFailure(engine, opened, error);
  } finally {
    inProgress.delete(entry.id);
  }
}

/** Whether the store committed the outcome is unknown, for example because the connection was lost. */
function isUnknownOutcome(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unknown_outcome';
}

/**
 * Whether the outcome was stored: the transaction that stores it also deletes the journal entry. Read in a transaction
 * for changes, which waits if that transaction is still in progress.
 */
async function wasStored(engine: Engine, id: number): Promise<boolean> {
  const entries = await inStore(engine, 'changes', (db) => engine.journal.list(db));
  return !entries.some((entry) => entry.id === id);
}

/** Leaves a completed but unstored plan to the next call, because it cannot be undone. Returns the error to report. */
async function irreversibleFailure(
  engine: Engine,
  { id, process }: Opened['entry'],
  error: unknown,
): Promise<unknown> {
  // Without an owner, the entry is completed by the next call. If the journal cannot be written now, the same happens
  // once this process has ended.
  await inStore(engine, 'changes', (db) => engine.journal.transferOwnership(db, id, process, '')).catch(
    () => undefined,
  );
  if (!(error instanceof ApiError)) return error;
  const because = error.message.replace(UNCHANGED, '');
  return new ApiError(
    error.code,
    `${because} The changes on the server are complete, and the next call stores them.`,
    { cause: error },
  );
}

/** Undoes the finished steps after `error`. Returns the error to report. */
async function undoAfterFailure(engine: Engine, opened: Opened, error: unknown): Promise<unknown> {
  try {
    // If a step failed with `exists`, it changed nothing, so the existing object is not removed.
    const wasRefused = (error as { code?: string } | null)?.code === 'exists';
    await undo(engine, opened, wasRefused);
    return error;
  } catch (cause) {
    const { id, process } = opened.entry;
    // Without an owner, the entry is taken over by the next call.
    await inStore(engine, 'changes', (db) => engine.journal.transferOwnership(db, id, process, ''));
    const where = engine.logUnexpected(opened.entry.xid, opened.entry.kind, cause);
    return new ApiError(
      isOfDisk(error) || isOfDisk(cause) ? 'store_unavailable' : 'host_failed',
      `${sentence(error)} Earlier steps could not be undone: ${sentence(cause)} ` +
        `The next call tries again. ${where}`,
      { cause: error },
    );
  }
}

function isOfDisk(thrown: unknown): boolean {
  const error = ofDisk(thrown);
  return error instanceof MachineError && error.code === 'full';
}
