// Undoes the steps of a plan. A step that cannot be undone now is left to a task, which everybody can see. It keeps the
// locks of what it concerns, and no others: another account, or the whole server, does not wait for it.
import type { Db } from './context.ts';
import type { Engine } from './engine.ts';
import { changeOf, claimLeft, inStore, sentence, stepOf, type Opened } from './journaled-plan.ts';
import { MachineError } from './machine-error.ts';
import type { JournaledStep, JournalEntry, Lock } from './plan.ts';

/** The kind of task that undoes what is left of a call. */
const UNDO_TASK = 'undo-operation';
/** What the journal has instead of a process while an undo waits for its task. */
export const UNDO = 'undo';

/** A step could not be undone. The rest is left to a task, unless the store could not be used. */
export class NotUndone extends Error {
  override readonly name = 'NotUndone';
}

interface Options {
  /** The step that was started last failed before it changed anything. */
  readonly wasRefused?: boolean;
  /** The task is there, because the first try failed too. */
  readonly isAgain?: boolean;
}

/**
 * Undoes the steps of a plan that this process owns according to the store, in reverse order, and closes its entry. What
 * cannot be undone because of a home is left as it is: its user can make that fail for ever.
 * @returns a sentence for each step that was left as it is.
 * @throws NotUndone if a step fails for another cause. What does not depend on it was undone.
 */
export async function undo(engine: Engine, { entry }: Opened, options: Options = {}): Promise<string[]> {
  const left: string[] = [];
  const rest = new Rest(engine, entry);
  for (const [position, planned] of [...entry.steps.entries()].reverse()) {
    const { kind, state, input, memento } = planned;
    if (state === 'planned' || (state === 'begun' && options.wasRefused === true)) continue;
    if (await rest.hasToPrecede(planned)) {
      await rest.add(position, planned);
      continue;
    }
    const step = await stepOf(engine, kind);
    try {
      const { machine, sealer } = engine;
      await step.undo?.(machine, { input: input as never, memento: memento as never, sealer });
    } catch (error) {
      if (hasNothingToUndo(error)) continue;
      if (!(error instanceof MachineError && error.isOfHome)) {
        await rest.add(position, planned, error);
        continue;
      }
      const where = engine.logUnexpected(entry.xid, entry.kind, error);
      left.push(`A file in a home was changed meanwhile, and was left as it is: ${sentence(error)} ${where}`);
    }
  }
  if (rest.error !== undefined) throw await rest.leave(options);
  await inStore(engine, 'changes', (db) => engine.journal.close(db, entry));
  return left;
}

/** True if there is nothing to undo: the user was removed, was replaced by hand, or was never renamed. */
function hasNothingToUndo(error: unknown): boolean {
  return error instanceof MachineError && ['not_found', 'not_ours', 'exists'].includes(error.code);
}

/** The steps of a plan that cannot be undone now, and those before them that concern the same things. */
class Rest {
  readonly #engine: Engine;
  readonly #entry: Opened['entry'];
  readonly #positions = new Set<number>();
  readonly #concerned = new Set<string>();
  #locks: readonly Lock[] = [];
  /** The first one. */
  error: unknown;

  constructor(engine: Engine, entry: Opened['entry']) {
    this.#engine = engine;
    this.#entry = entry;
  }

  /** True if the rest must be undone before this step: a user is not removed while a website names it. */
  async hasToPrecede(step: JournaledStep): Promise<boolean> {
    if (this.error === undefined) return false;
    return (await this.#objectsOf(step)).some((object) => this.#concerned.has(object));
  }

  async add(position: number, step: JournaledStep, error?: unknown): Promise<void> {
    this.#positions.add(position);
    this.error ??= error;
    for (const object of await this.#objectsOf(step)) this.#concerned.add(object);
  }

  /** Leaves the rest to a task. @returns the error to throw. */
  async leave({ isAgain = false }: Options): Promise<NotUndone> {
    const { journal } = this.#engine;
    const { id, process, kind, xid, caller, steps } = this.#entry;
    const kept = this.#locks.filter((lock) => this.#concerned.has(objectOf(lock)));
    const task = await inStore(this.#engine, 'changes', async (db) => {
      const held = { id, process };
      const undone = [...steps.keys()].filter((position) => !this.#positions.has(position));
      await journal.note(db, held, { undone });
      await journal.keepLocks(db, held, kept);
      await journal.claim(db, held, UNDO);
      return isAgain ? undefined : ensureTask(this.#engine, db, { id, kind, xid, caller });
    });
    const later =
      task === undefined
        ? 'The task tries again every minute.'
        : `The task ${task} (${UNDO_TASK}) tries again every minute, and “whmapi1 --tasks” shows it.`;
    return new NotUndone(`${sentence(this.error)} ${later}`, { cause: this.error });
  }

  /** What the step concerns of that which the plan has locked. All of it if the step names nothing of it. */
  async #objectsOf({ kind, input, memento }: JournaledStep): Promise<readonly string[]> {
    if (this.#locks.length === 0) {
      const { id } = this.#entry;
      this.#locks = await inStore(this.#engine, 'reads', (db) => this.#engine.journal.locksOf(db, id));
    }
    const text = JSON.stringify([kind, input, memento]);
    const objects = this.#locks.map(objectOf);
    const named = objects.filter((object) => isNamed(object, text));
    return named.length === 0 ? objects : named;
  }
}

/** The last word of a lock: `bob` of `account bob`. */
const objectOf = ({ name }: Lock) => name.slice(name.lastIndexOf(' ') + 1);

/** True if the word occurs in the text, also as a part of a path or of another name. */
function isNamed(object: string, text: string): boolean {
  const isOfWord = (character: string | undefined) => character !== undefined && /[a-z0-9]/i.test(character);
  for (let at = text.indexOf(object); at >= 0; at = text.indexOf(object, at + 1)) {
    if (!isOfWord(text[at - 1]) && !isOfWord(text[at + object.length])) return true;
  }
  return false;
}

async function ensureTask(
  engine: Engine,
  db: Db,
  { id, kind, xid, caller }: Pick<JournalEntry, 'id' | 'kind' | 'xid' | 'caller'>,
): Promise<number> {
  const locks = await engine.journal.locksOf(db, id);
  const accounts = locks.flatMap(({ name }) =>
    name.startsWith(ACCOUNT) ? [name.slice(ACCOUNT.length)] : [],
  );
  const task = { kind: UNDO_TASK, input: { operation: id, change: kind, accounts }, xid, caller };
  return engine.ensureTask(db, task, engine.now());
}

const ACCOUNT = 'account ';

/** For an entry that waits for its task: adds one if somebody has stopped it. */
export async function remindToUndo(engine: Engine, { id }: JournalEntry): Promise<void> {
  await inStore(engine, 'changes', async (db) => {
    const present = await engine.journal.find(db, id);
    if (present?.process === UNDO) await ensureTask(engine, db, present);
  });
}

/**
 * Undoes what is left of a call. Does nothing if it is no longer there, or another process is at it.
 * @returns a sentence for each step that was left as it is.
 * @throws ApiError `busy` while a later call holds one of the locks; NotUndone if a step cannot be undone now either.
 */
export async function undoLater(engine: Engine, id: number): Promise<string[]> {
  const left = await claimLeft(engine, { id, process: UNDO }, async (entry) => {
    const change = await changeOf(engine, entry.kind);
    const opened = { entry: { ...entry, steps: [...entry.steps] }, change, fate: { isSettled: false } };
    return { entry, remarks: await undo(engine, opened, { isAgain: true }) };
  });
  if (left === undefined) return [];
  const { entry, remarks } = left;
  await engine.audit(
    {
      ...{ time: engine.now(), xid: entry.xid, caller: entry.caller, function: entry.kind, arguments: [] },
      ...{ result: 0, stage: 'undone later', duration_ms: 0 },
    },
    'change',
  );
  return remarks;
}
