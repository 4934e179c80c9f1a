// Executes plans: each step is written down before it is applied, and undone when a later one fails.
import type { Db } from './context.ts';
import type { Engine } from './engine.ts';
import { ApiError } from './errors.ts';
import { MachineError, ofDisk } from './machine-error.ts';
import type { AnyStep, Change, JournaledStep, JournalEntry, Lock, Plan, StepResult } from './plan.ts';
import { quote } from './quote.ts';

/** How often, and for how long, a call waits for another that has a lock. */
const PAUSE_MS = 100;
const MOST_PAUSES = 150;
/** How often it looks whether that other has died meanwhile. */
const PAUSES_BETWEEN_LOOKS = 10;

/** What this process is executing, by its id in the journal. An entry that it gave up is not among them. */
const underWay = new Set<number>();

/** For a transaction that failed, or whose outcome is unknown: what it opened is not under way here. */
export const giveUp =
  (tries: readonly number[]) =>
  (error: unknown): never => {
    for (const id of tries) underWay.delete(id);
    throw error;
  };

/** A plan in the journal. Its steps' states change while it is executed. */
export interface Opened {
  readonly entry: Omit<JournalEntry, 'steps'> & { readonly steps: JournaledStep[] };
  readonly change: Change;
}

/** What its input is, its own `store` knows. */
async function changeOf(engine: Engine, kind: string): Promise<Change> {
  const change = await engine.change(kind);
  if (change === undefined) throw new Error(`There is no change “${kind}”.`);
  return change;
}

async function stepOf(engine: Engine, kind: string): Promise<AnyStep> {
  const step = await engine.step(kind);
  if (step === undefined) throw new Error(`There is no step “${kind}”.`);
  return step;
}

/** Writes a plan into the journal. @returns the lock that another one has, where it has to wait. */
export async function open(
  engine: Engine,
  db: Db,
  plan: Plan,
  { xid, caller, tries }: { readonly xid: string; readonly caller: string; readonly tries: number[] },
): Promise<Opened | string> {
  const about = { process: engine.processes.own(), xid, caller };
  const change = await changeOf(engine, plan.change);
  const opened = await engine.journal.open(db, plan, about);
  if (typeof opened === 'string') return opened;
  underWay.add(opened);
  tries.push(opened);
  const entry = {
    ...about,
    id: opened,
    kind: plan.change,
    input: plan.input,
    irreversible: plan.irreversible === true,
    needsSecret: plan.irreversible === true && plan.secret !== undefined,
    begunBefore: 0,
    steps: plan.steps.map((step) => ({ ...step, state: 'planned' as const, memento: null, result: null })),
  };
  return { entry, change };
}

/** The steps in words: for a dry run. */
export async function preview(engine: Engine, plan: Plan): Promise<string[]> {
  const lines: string[] = [];
  for (const { kind, input } of plan.steps) {
    const step = await stepOf(engine, kind);
    const description = step.describe?.(input as never);
    if (description !== undefined) lines.push(description);
    lines.push(...((await step.preview?.(engine.machine, input as never)) ?? []));
  }
  return lines;
}

/**
 * Waits until nobody else has the locks. `look` undoes or finishes what processes left that have died meanwhile.
 * @throws ApiError `busy` after about fifteen seconds.
 */
export async function waitForLocks(
  engine: Engine,
  locks: readonly Lock[],
  look: () => Promise<void>,
): Promise<void> {
  for (let pauses = 0; ; pauses++) {
    const taken = await inStore(engine, 'reads', (db) => engine.journal.findTaken(db, locks));
    if (taken === undefined) return;
    if (pauses >= MOST_PAUSES) {
      throw new ApiError('busy', `Another call is running on ${quote(taken)}. Retry this call later.`);
    }
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
    if (pauses % PAUSES_BETWEEN_LOOKS === 0) await look();
  }
}

/**
 * Applies every step and stores the outcome; `conclude` is called in the transaction that does, with what the steps returned.
 * @throws what a step or the store threw, once all that was done is undone.
 */
export async function execute(
  engine: Engine,
  opened: Opened,
  secret: string,
  conclude: (db: Db, results: readonly StepResult[]) => Promise<void>,
): Promise<void> {
  const { entry } = opened;
  let isApplied = false;
  try {
    await applySteps(engine, entry, secret);
    isApplied = true;
    await store(engine, opened, conclude);
  } catch (error) {
    if (isApplied && isOfUnknownOutcome(error)) {
      const stored = await wasStored(engine, entry.id).catch(() => undefined);
      if (stored === true) return;
      // Where nobody can look now, the next call does, and undoes or finishes what is left.
      if (stored === undefined) throw error;
    }
    // Where a step failed, the outcome is not stored, so that the steps before it are undone even if it cannot be.
    if (entry.irreversible && isApplied) throw await notUndone(engine, entry, error);
    throw await undone(engine, opened, error);
  } finally {
    underWay.delete(entry.id);
  }
}

/** Each step, from the first that is not done, is written down with what it found before it is applied. */
async function applySteps(engine: Engine, { id, steps }: Opened['entry'], secret: string): Promise<void> {
  let done: { position: number; result: unknown } | undefined;
  for (const [position, planned] of steps.entries()) {
    if (planned.state === 'done') continue;
    const step = await stepOf(engine, planned.kind);
    const input = planned.input as never;
    // One that was begun remembers what it found then.
    const memento = planned.state === 'begun' ? planned.memento : await step.prepare?.(engine.machine, input);
    await inStore(engine, 'changes', (db) =>
      engine.journal.note(db, id, { ...(done && { done }), begun: { position, memento } }),
    );
    steps[position] = { ...planned, state: 'begun', memento };
    const result = await step.apply(engine.machine, { input, memento: memento as never, secret });
    done = { position, result };
    steps[position] = { ...planned, state: 'done', memento, result };
  }
}

/** The store cannot say whether it kept the outcome, as where the connection to it was lost at that moment. */
function isOfUnknownOutcome(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unknown_outcome';
}

/** The outcome is stored, and the entry gone, in one transaction: it waits for that one where it is still under way. */
async function wasStored(engine: Engine, id: number): Promise<boolean> {
  const entries = await inStore(engine, 'changes', (db) => engine.journal.list(db));
  return !entries.some((entry) => entry.id === id);
}

/** Of what was done and cannot be undone: returns what is to be told. */
async function notUndone(engine: Engine, { id, process }: Opened['entry'], error: unknown): Promise<unknown> {
  // What was done has to be stored, by the next call; also where even that cannot be written down now.
  await inStore(engine, 'changes', (db) => engine.journal.pass(db, id, process, '')).catch(() => undefined);
  if (!(error instanceof ApiError)) return error;
  const because = error.message.replace(/; nothing was changed\.$/, '.');
  return new ApiError(
    error.code,
    `${because} The changes on the server are complete, and the next call stores them.`,
    { cause: error },
  );
}

/** Undoes what was done before `error`; returns what is to be told. */
async function undone(engine: Engine, opened: Opened, error: unknown): Promise<unknown> {
  try {
    // A step that found what it should make is no step that made it.
    const wasRefused = (error as { code?: string } | null)?.code === 'exists';
    await undo(engine, opened, wasRefused);
    return error;
  } catch (cause) {
    const { id, process } = opened.entry;
    // Nobody's from now on: the next call tries again.
    await inStore(engine, 'changes', (db) => engine.journal.pass(db, id, process, ''));
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

/** The last step first. `wasRefused`: the one that was begun last changed nothing. */
async function undo(engine: Engine, { entry }: Opened, wasRefused = false): Promise<void> {
  for (const { kind, state, input, memento } of [...entry.steps].reverse()) {
    if (state === 'planned' || (state === 'begun' && wasRefused)) continue;
    const step = await stepOf(engine, kind);
    try {
      await step.undo?.(engine.machine, { input: input as never, memento: memento as never });
    } catch (error) {
      if (!isOfNobody(error)) throw error;
    }
  }
  await inStore(engine, 'changes', (db) => engine.journal.close(db, entry.id));
}

/** The user is gone, or was made another one by hand, or was never renamed: there is nothing to undo. */
function isOfNobody(error: unknown): boolean {
  return error instanceof MachineError && ['not_found', 'not_ours', 'exists'].includes(error.code);
}

async function store(
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

/**
 * Undoes, or finishes, what processes left that are gone. @returns what could not be done, in sentences.
 */
export async function recover(engine: Engine, entries: readonly JournalEntry[]): Promise<string[]> {
  const { journal, processes } = engine;
  const failures: string[] = [];
  for (const entry of entries) {
    const own = processes.own();
    if (underWay.has(entry.id) || (entry.process !== own && processes.isAlive(entry.process))) continue;
    underWay.add(entry.id);
    try {
      // Of several that find it, one has it.
      if (await inStore(engine, 'changes', (db) => journal.pass(db, entry.id, entry.process, own))) {
        await resume(engine, entry);
      }
    } catch (error) {
      await inStore(engine, 'changes', (db) => journal.pass(db, entry.id, own, ''));
      const where = engine.logUnexpected(entry.xid, entry.kind, error);
      failures.push(
        `The call with the XID ${entry.xid} was interrupted, and its changes could be neither undone nor completed: ` +
          `${sentence(error)} ${where}`,
      );
    } finally {
      underWay.delete(entry.id);
    }
  }
  return failures;
}

async function resume(engine: Engine, left: JournalEntry): Promise<void> {
  const change = await changeOf(engine, left.kind);
  const entry = await engine.withSteps(left);
  const stage = await settle(engine, { entry: { ...entry, steps: [...entry.steps] }, change });
  await engine.audit(
    {
      time: engine.now(),
      xid: entry.xid,
      caller: entry.caller,
      function: entry.kind,
      arguments: [],
      result: stage === 'finished later' ? 1 : 0,
      stage,
      duration_ms: 0,
    },
    true,
  );
}

/** Undoes what was cut short, or finishes it where it cannot be undone; nothing of it is left. */
async function settle(engine: Engine, opened: Opened): Promise<Settled> {
  const { entry } = opened;
  if (!entry.irreversible) {
    await undo(engine, opened);
    return 'undone later';
  }
  // Nobody has the secret any more, so that nobody can tell whether it was done.
  if (!entry.needsSecret) await applySteps(engine, entry, '');
  await store(engine, opened, async () => undefined);
  return entry.needsSecret ? 'cut short' : 'finished later';
}

type Settled = 'undone later' | 'finished later' | 'cut short';

function inStore<T>(engine: Engine, effect: 'reads' | 'changes', work: (db: Db) => Promise<T>): Promise<T> {
  return engine.store.transaction(effect, async (db) => ({
    value: await work(db),
    keep: effect === 'changes',
  }));
}

/** An error's message; a tool's complaint has no full stop. */
function sentence(thrown: unknown): string {
  const error = ofDisk(thrown);
  const message = (error as Partial<Error> | null)?.message ?? String(error);
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
