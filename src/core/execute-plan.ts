// Executes plans. Each step is recorded before it is applied, and undone if a later one fails.
import type { Call, Db } from './context.ts';
import type { Engine } from './engine.ts';
import { ApiError } from './errors.ts';
import { finishLater, hasPassedReturn, irreversibleLast } from './irreversible.ts';
import {
  applySteps,
  changeOf,
  inStore,
  leave,
  sentence,
  stepOf,
  store,
  type Opened,
} from './journaled-plan.ts';
import { MachineError, ofDisk, ofMachine, UNCHANGED } from './machine-error.ts';
import type { JournaledStep, JournalEntry, Lock, Plan, PlannedStep, StepResult } from './plan.ts';
import { quote } from './quote.ts';
import { NotUndone, undo, undoLater } from './undo.ts';

/** How long a call waits between two checks of a lock, and how often it waits. */
const PAUSE_MS = 100;
const MAX_PAUSES = 150;
/** After the first part of a plan, which would be undone, and in a task: 10 minutes. */
const MAX_PAUSES_IF_PATIENT = 6000;
/** How many pauses pass between two checks whether the process that holds the lock has died. */
const PAUSES_BETWEEN_LOOKS = 10;

/** True if the store committed a transaction is unknown, for example because the connection was lost. */
function isUnknownOutcome(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unknown_outcome';
}

/** What a transaction opened last: the store runs it again if an earlier try was rolled back. */
export interface LastTry {
  id?: number;
}

/** Handles the failure of a transaction that opened a plan: the plan may be in the journal, and nobody executes it. */
export function abandon({ ownPlans }: Engine, { id }: LastTry, error: unknown): never {
  if (id !== undefined && isUnknownOutcome(error)) ownPlans.givenUp.add(id);
  throw error;
}

/** Writes a plan to the journal. @returns the lock that another call holds, if it has to wait. */
export async function open(
  engine: Engine,
  db: Db,
  plan: Plan,
  { xid, caller }: Pick<JournalEntry, 'xid' | 'caller'>,
): Promise<Opened | string> {
  const about = { process: engine.processes.own(), xid, caller };
  const change = await changeOf(engine, plan.change);
  // The rest of the plan is made again after the first part.
  const wanted = plan.first === undefined ? plan : { ...plan, ...plan.first };
  const part = { ...wanted, steps: await irreversibleLast(engine, wanted.steps) };
  const passesLeft = change.unfinishedCalls !== undefined;
  const id = await engine.journal.open(db, part, about, { passesLeft });
  if (typeof id === 'string') return id;
  const entry = {
    ...about,
    id,
    kind: plan.change,
    input: plan.input,
    irreversible: plan.irreversible === true,
    needsSecret: plan.irreversible === true && plan.secret !== undefined,
    begunBefore: 0,
    steps: part.steps.map(asPlanned),
  };
  return { entry, change, fate: { isSettled: false } };
}

const asPlanned = (step: PlannedStep): JournaledStep => ({
  ...step,
  state: 'planned',
  memento: null,
  result: null,
});

/** Adds the rest of a plan to the journal, after its first part. @returns the lock that another call holds. */
export async function extend(
  engine: Engine,
  db: Db,
  plan: Plan,
  { entry, fate }: Opened,
): Promise<Opened | string> {
  const change = await changeOf(engine, plan.change);
  const further = await irreversibleLast(engine, plan.steps);
  const taken = await engine.journal.extend(db, entry, { ...plan, steps: further });
  if (taken !== undefined) return taken;
  const steps = [...entry.steps, ...further.map(asPlanned)];
  return { entry: { ...entry, kind: plan.change, input: plan.input, steps }, change, fate };
}

/**
 * Applies the first part of a plan, and then runs `rest`, which extends the plan and executes it.
 * @throws the error of a step or of `rest`, after undoing the finished steps.
 */
export async function executeFirst<T>(engine: Engine, opened: Opened, rest: () => Promise<T>): Promise<T> {
  const { fate } = opened;
  try {
    await applySteps(engine, opened.entry, '');
    const result = await rest();
    // The second plan has no work, for example because another call has done it meanwhile.
    if (!fate.isSettled) await undoOwn(engine, opened);
    return result;
  } catch (error) {
    // If the rest of the plan was started, it has undone everything.
    if (fate.isSettled) throw error;
    throw await undoAfterFailure(engine, opened, error);
  } finally {
    fate.isSettled = true;
  }
}

/** Describes the steps for a dry run. */
export async function preview(engine: Engine, plan: Plan): Promise<string[]> {
  const lines: string[] = [];
  const steps = await irreversibleLast(engine, plan.steps);
  for (const { kind, input } of [...(plan.first?.steps ?? []), ...steps]) {
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
  /** The kind of change that wants the locks. */
  readonly change?: string;
  /** What is left to a task does not count, as for some changes. */
  readonly passesLeft?: boolean;
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
  { look, own, isPatient = own !== undefined, signal, change, passesLeft = false }: Waiting,
): Promise<void> {
  const maxPauses = isPatient ? MAX_PAUSES_IF_PATIENT : MAX_PAUSES;
  const isPassing = passesLeft || (await passes(engine, change));
  const uncounted = { own, passesLeft: isPassing };
  const obstacles = new Map<number, string>();
  let failures: readonly string[] = [];
  for (let pauses = 0; ; pauses++) {
    const taken = await inStore(engine, 'reads', (db) => engine.journal.findTaken(db, locks, uncounted));
    if (taken === undefined) return;
    const name = quote(taken.name);
    if (taken.leftToUndo !== undefined) {
      const obstacle = obstacles.get(taken.leftToUndo);
      if (obstacle !== undefined) {
        throw new ApiError(
          'busy',
          `An earlier call on ${name} still has to be undone: ${obstacle} “whmapi1 --tasks” shows the task. ` +
            'An account can be suspended or removed meanwhile. Retry this call later.',
        );
      }
      await undoLater(engine, taken.leftToUndo).catch((error: unknown) => {
        // A later call on it, such as a suspension, is running.
        if (error instanceof ApiError && error.code === 'busy') return;
        obstacles.set(taken.leftToUndo ?? 0, sentence(error));
      });
    }
    if (taken.isAbandoned && failures.length > 0) {
      throw new ApiError('host_failed', `An interrupted call still holds ${name}. ${failures.join(' ')}`);
    }
    // Its task waits for a minute between two attempts.
    if (taken.isLeftToTask) {
      throw new ApiError(
        'busy',
        `A task still has to finish an earlier call on ${name}. “whmapi1 --tasks” shows it. Retry this call later.`,
      );
    }
    if (pauses >= maxPauses) {
      throw new ApiError('busy', `Another call is running on ${name}. Retry this call later.`);
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    signal?.throwIfAborted();
    failures = pauses % PAUSES_BETWEEN_LOOKS === 0 ? await look() : [];
  }
}

async function passes(engine: Engine, change: string | undefined): Promise<boolean> {
  return change !== undefined && (await changeOf(engine, change)).unfinishedCalls !== undefined;
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
  const { entry, fate } = opened;
  let isApplied = false;
  try {
    await applySteps(engine, entry, secret, { assertWanted });
    if (!(await hasPassedReturn(engine, entry, { hasFailed: true }))) assertWanted();
    isApplied = true;
    await store(engine, opened, conclude);
  } catch (error) {
    if (isApplied && isUnknownOutcome(error)) {
      const stored = await wasStored(engine, entry.id).catch(() => undefined);
      if (stored === true) return;
      // The journal cannot be read now. The next call reads it, and undoes or completes this operation.
      if (stored === undefined) {
        engine.ownPlans.givenUp.add(entry.id);
        throw error;
      }
    }
    if (await hasPassedReturn(engine, entry, { hasFailed: true }))
      throw await finishLater(engine, opened, error);
    // If a step failed, the earlier steps are undone even in an irreversible plan, because the outcome is not stored.
    if (entry.irreversible && isApplied) throw await irreversibleFailure(engine, entry, error);
    throw await undoAfterFailure(engine, opened, error);
  } finally {
    fate.isSettled = true;
  }
}

/**
 * True if the outcome was stored: the transaction that stores it also deletes the journal entry. Read in a transaction
 * for changes, which waits if that transaction is still in progress.
 */
async function wasStored(engine: Engine, id: number): Promise<boolean> {
  return (await inStore(engine, 'changes', (db) => engine.journal.find(db, id))) === undefined;
}

/** Leaves a completed but unstored plan to the next call, because it cannot be undone. Returns the error to report. */
async function irreversibleFailure(
  engine: Engine,
  { id }: Opened['entry'],
  error: unknown,
): Promise<unknown> {
  await leave(engine, id).catch(() => undefined);
  if (!(error instanceof ApiError)) return error;
  const because = error.message.replace(UNCHANGED, '');
  return new ApiError(
    error.code,
    `${because} The changes on the server are complete, and the next call stores them.`,
    { cause: error },
  );
}

/**
 * Undoes a plan of this call. The store is asked first: what another process has taken over, or what was stored, is
 * never undone here.
 */
async function undoOwn(engine: Engine, opened: Opened, wasRefused = false): Promise<string[]> {
  const { entry } = opened;
  const owned = await inStore(engine, 'changes', (db) => engine.journal.claim(db, entry, entry.process));
  return owned === undefined ? [] : undo(engine, opened, { wasRefused });
}

/** Undoes the finished steps after `error`. Returns the error to report. */
async function undoAfterFailure(engine: Engine, opened: Opened, error: unknown): Promise<unknown> {
  try {
    // If a step failed with `exists`, it changed nothing, so the existing object is not removed.
    const wasRefused = (error as { code?: string } | null)?.code === 'exists';
    const undoNow = () => undoOwn(engine, opened, wasRefused);
    // What a full disk has interrupted must not stay for want of space.
    const left = await (engine.withReserve === undefined ? undoNow() : engine.withReserve(undoNow));
    return left.length === 0 ? error : withMore(error, left);
  } catch (cause) {
    // Without an owner, the entry is taken over by the next call. One that is left to a task has one.
    await leave(engine, opened.entry.id).catch(() => undefined);
    const where = engine.logUnexpected(opened.entry.xid, opened.entry.kind, cause);
    const isLeft = cause instanceof NotUndone;
    const [failure, obstacle] = [sentence(error), sentence(cause)];
    return new ApiError(
      isOfDisk(error) || isOfDisk(isLeft ? cause.cause : cause) ? 'store_unavailable' : 'host_failed',
      `${failure} Earlier steps could not be undone${failure === obstacle ? ' for the same reason.' : `: ${obstacle}`} ` +
        `${isLeft ? 'An account can be suspended or removed meanwhile.' : 'The next call tries again.'} ${where}`,
      { cause: error },
    );
  }
}

/** The error, which says too what was not undone. */
function withMore(error: unknown, left: readonly string[]): ApiError {
  const known = error instanceof MachineError ? ofMachine(error) : error;
  const code = known instanceof ApiError ? known.code : 'internal';
  return new ApiError(code, [sentence(error), ...left].join(' '), { cause: error });
}

function isOfDisk(thrown: unknown): boolean {
  const error = ofDisk(thrown);
  if (error instanceof ApiError) return error.code === 'store_unavailable';
  return error instanceof MachineError && error.code === 'full';
}
