// Carries operations out: each step is written down before it is begun, and taken back when a later one fails.
import type { Db } from './context.ts';
import type { Engine } from './dispatch.ts';
import { ApiError } from './errors.ts';
import { MachineError, ofDisk } from './machine-error.ts';
import type { JournalEntry, Operation, Planned, Step } from './operation.ts';
import { quote } from './quote.ts';

/** How often, and for how long, a call waits for another that works on the same thing. */
const PAUSE_MS = 100;
const MOST_PAUSES = 150;
/** How often it looks whether that other has died meanwhile. */
const PAUSES_BETWEEN_LOOKS = 10;

/** What this process is at, by its number in the journal. What it was at and could not even give up is not among it. */
const underWay = new Set<number>();

/** For a transaction that did not come about, or of which that is not known: what it began is not under way here. */
export const giveUp =
  (tries: readonly number[]) =>
  (error: unknown): never => {
    for (const id of tries) underWay.delete(id);
    throw error;
  };

export interface Opened {
  readonly entry: JournalEntry;
  readonly operation: Operation;
}

/** Whatever an operation of this kind is: its input is what its own `claims`, `steps` and `finish` take. */
async function operationOf(engine: Engine, kind: string): Promise<Operation> {
  const operation = await engine.operation(kind);
  if (operation === undefined) throw new Error(`There is no operation “${kind}”.`);
  return operation;
}

/** Writes an operation into the journal. @returns a claim that another one has, where it has to wait. */
export async function open(
  engine: Engine,
  db: Db,
  { kind, input }: Planned,
  { xid, caller, tries }: { readonly xid: string; readonly caller: string; readonly tries: number[] },
): Promise<Opened | string> {
  const operation = await operationOf(engine, kind);
  const entry = { kind, input, process: engine.processes.own(), xid, caller };
  const claims = new Set(operation.claims(input as never));
  const opened = await engine.journal.open(db, entry, [...claims]);
  if (typeof opened === 'string') return opened;
  underWay.add(opened);
  tries.push(opened);
  return { entry: { ...entry, id: opened, begun: 0 }, operation };
}

/** The steps in words: for a dry run. */
export async function rehearse(engine: Engine, { kind, input }: Planned): Promise<string[]> {
  const operation = await operationOf(engine, kind);
  return operation.steps(input as never).map(({ says }) => says);
}

/**
 * Waits a little for whoever has the claim. @returns whether it is time to look if that one has died.
 * @throws ApiError `busy` after about fifteen seconds.
 */
export async function waitFor(claim: string, pauses: number): Promise<boolean> {
  if (pauses >= MOST_PAUSES) {
    throw new ApiError('busy', `Another call is at work on ${quote(claim)}. Repeat this one later.`);
  }
  await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  return pauses % PAUSES_BETWEEN_LOOKS === 0;
}

/**
 * Does every step and stores the outcome; `conclude` is called in the transaction that does.
 * @throws what a step or the store threw, once all that was done is taken back.
 */
export async function carryOut(
  engine: Engine,
  { entry, operation }: Opened,
  secret: string,
  conclude: (db: Db) => Promise<void>,
): Promise<void> {
  let { begun } = entry;
  let isWorkDone = false;
  try {
    for (const step of operation.steps(entry.input as never)) {
      begun += 1;
      await inStore(engine, (db) => engine.journal.setBegun(db, entry.id, begun));
      await step.run(engine.machine, secret);
    }
    isWorkDone = true;
    await finish(engine, { entry, operation }, conclude);
  } catch (error) {
    if (isWorkDone && isOfUnknownOutcome(error)) {
      const stored = await wasStored(engine, entry.id).catch(() => undefined);
      if (stored === true) return;
      // Where nobody can look now, the next call does, and undoes or finishes what is left.
      if (stored === undefined) throw error;
    }
    if (operation.onlyForward === true) throw await notUndone(engine, entry, isWorkDone, error);
    throw await undone(engine, { entry: { ...entry, begun }, operation }, error);
  } finally {
    underWay.delete(entry.id);
  }
}

/** The store cannot say whether it kept the outcome, as where the connection to it was lost at that moment. */
function isOfUnknownOutcome(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'unknown_outcome';
}

/** The outcome is stored, and the entry gone, in one transaction: it waits for that one where it is still under way. */
async function wasStored(engine: Engine, id: number): Promise<boolean> {
  const entries = await inStore(engine, (db) => engine.journal.list(db));
  return !entries.some((entry) => entry.id === id);
}

/** Of what cannot be taken back: returns what is to be told. */
async function notUndone(
  engine: Engine,
  { id, process }: JournalEntry,
  isWorkDone: boolean,
  error: unknown,
): Promise<unknown> {
  if (!isWorkDone) {
    // It may be asked for again.
    await inStore(engine, (db) => engine.journal.close(db, id));
    return error;
  }
  // What was done has to be stored, by the next call; also where even that cannot be written down now.
  await inStore(engine, (db) => engine.journal.pass(db, id, process, '')).catch(() => undefined);
  if (!(error instanceof ApiError)) return error;
  const because = error.message.replace(/; nothing was changed\.$/, '.');
  return new ApiError(
    error.code,
    `${because} What was to be done on the machine is done, and the next call stores it.`,
    { cause: error },
  );
}

/** Takes back what was done before `error`; returns what is to be told. */
async function undone(engine: Engine, opened: Opened, error: unknown): Promise<unknown> {
  try {
    // A step that found what it should make is no step that made it.
    const wasRefused = (error as { code?: string } | null)?.code === 'exists';
    await undo(engine, opened, wasRefused ? opened.entry.begun - 1 : opened.entry.begun);
    return error;
  } catch (cause) {
    const { id, process } = opened.entry;
    // Nobody's from now on: the next call tries again.
    await inStore(engine, (db) => engine.journal.pass(db, id, process, ''));
    const where = engine.logUnexpected(opened.entry.xid, opened.entry.kind, cause);
    return new ApiError(
      isOfDisk(error) || isOfDisk(cause) ? 'store_unavailable' : 'host_failed',
      `${sentence(error)} What was done before could not be taken back: ${sentence(cause)} ` +
        `The next call tries it again. ${where}`,
      { cause: error },
    );
  }
}

function isOfDisk(thrown: unknown): boolean {
  const error = ofDisk(thrown);
  return error instanceof MachineError && error.code === 'full';
}

async function undo(engine: Engine, { entry, operation }: Opened, begun: number): Promise<void> {
  const steps: readonly Step[] = operation.steps(entry.input as never);
  for (const step of steps.slice(0, Math.max(begun, 0)).reverse()) {
    try {
      await step.undo?.(engine.machine);
    } catch (error) {
      if (!isOfNobody(error)) throw error;
    }
  }
  await inStore(engine, (db) => engine.journal.close(db, entry.id));
}

/** The user is gone, or was made another one by hand, or was never renamed: nothing is there to be taken back. */
function isOfNobody(error: unknown): boolean {
  return error instanceof MachineError && ['not_found', 'not_ours', 'exists'].includes(error.code);
}

async function finish(
  engine: Engine,
  { entry, operation }: Opened,
  conclude: (db: Db) => Promise<void>,
): Promise<void> {
  await inStore(engine, async (db) => {
    await operation.finish(db, entry.input as never, engine);
    if (!(await engine.journal.close(db, entry.id))) {
      throw new ApiError(
        'host_failed',
        'Another process took what this call had begun for abandoned, and took it back. Repeat the call.',
      );
    }
    await conclude(db);
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
      if (await inStore(engine, (db) => journal.pass(db, entry.id, entry.process, own))) {
        await resume(engine, entry);
      }
    } catch (error) {
      await inStore(engine, (db) => journal.pass(db, entry.id, own, ''));
      const where = engine.logUnexpected(entry.xid, entry.kind, error);
      failures.push(
        `The call with the XID ${entry.xid} was cut short, and what it began could be neither undone nor finished: ` +
          `${sentence(error)} ${where}`,
      );
    } finally {
      underWay.delete(entry.id);
    }
  }
  return failures;
}

async function resume(engine: Engine, entry: JournalEntry): Promise<void> {
  const operation = await operationOf(engine, entry.kind);
  const stage = await settle(engine, { entry, operation });
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

/** Undoes what was cut short, or goes on with it where it cannot be undone; nothing of it is left. */
async function settle(engine: Engine, { entry, operation }: Opened): Promise<Settled> {
  if (operation.onlyForward !== true) {
    await undo(engine, { entry, operation }, entry.begun);
    return 'undone later';
  }
  const steps: readonly Step[] = operation.steps(entry.input as never);
  // The step that was begun may not have been done.
  const left = steps.slice(Math.max(entry.begun - 1, 0));
  // Nobody has the secret any more, so that nobody can tell whether it was done.
  if (operation.needsSecret !== true) for (const step of left) await step.run(engine.machine, '');
  await finish(engine, { entry, operation }, async () => undefined);
  return operation.needsSecret === true ? 'cut short' : 'finished later';
}

type Settled = 'undone later' | 'finished later' | 'cut short';

function inStore<T>(engine: Engine, work: (db: Db) => Promise<T>): Promise<T> {
  return engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
}

/** An error's message; a tool's complaint has no full stop. */
function sentence(thrown: unknown): string {
  const error = ofDisk(thrown);
  const message = (error as Partial<Error> | null)?.message ?? String(error);
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
