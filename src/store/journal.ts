// The journal of operations in the store: a row for each plan in progress or interrupted, and a row for each step.
import type { Db } from '../core/context.ts';
import { takenOver } from '../core/errors.ts';
import { TASK as LEFT_TO_TASK } from '../core/irreversible.ts';
import { UNDO as LEFT_TO_UNDO } from '../core/undo.ts';
import type {
  Held,
  Journal,
  JournaledStep,
  JournalEntry,
  Lock,
  PlannedStep,
  Progress,
  TakenLock,
  Uncounted,
} from '../core/plan.ts';

interface OperationRow {
  readonly id: number;
  readonly kind: string;
  readonly input: string;
  readonly irreversible: 0 | 1;
  readonly needs_secret: 0 | 1;
  readonly process: string;
  readonly xid: string;
  readonly caller: string;
  readonly begun: number;
}

interface StepRow {
  readonly operation: number;
  readonly kind: string;
  readonly state: JournaledStep['state'];
  readonly input: string;
  readonly memento: string;
  readonly result: string;
}

const COLUMNS = 'id, kind, input, irreversible, needs_secret, process, xid, caller, begun';

/** Any 48 bits: a number that was used once is not used again. 0 is no ID. */
function newId(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 16) * 2 ** 32 + low || newId();
}

export const journal: Journal = {
  async open(db, { change, input, locks, steps, irreversible, secret }, { process, xid, caller }, uncounted) {
    const wanted = strongest(locks);
    const taken = await findTaken(db, wanted, uncounted);
    if (taken !== undefined) return taken.name;
    const id = newId();
    await db.run(
      `INSERT INTO operation
         (id, opened, server, kind, input, begun, irreversible, needs_secret, process, xid, caller)
       VALUES (?, (SELECT coalesce(max(opened), 0) + 1 FROM operation), ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
      id,
      db.server,
      change,
      toJson(input),
      irreversible === true ? 1 : 0,
      irreversible === true && secret !== undefined ? 1 : 0,
      process,
      xid,
      caller,
    );
    await addLocks(db, id, wanted);
    await addSteps(db, id, steps, 0);
    return id;
  },

  async extend(db, held, { change, input, locks, steps }) {
    await assertHeld(db, held);
    const { id } = held;
    const wanted = strongest(locks);
    const taken = await findTaken(db, wanted, { own: id });
    if (taken !== undefined) return taken.name;
    await db.run('UPDATE operation SET kind = ?, input = ? WHERE id = ?', change, toJson(input), id);
    const has = await journal.locksOf(db, id);
    await db.run('DELETE FROM operation_lock WHERE operation = ?', id);
    await addLocks(db, id, strongest([...has, ...wanted]));
    const row = await db.get<{ steps: number }>(
      'SELECT count(*) AS steps FROM operation_step WHERE operation = ?',
      id,
    );
    await addSteps(db, id, steps, row?.steps ?? 0);
    return undefined;
  },

  async findTaken(db, locks, uncounted) {
    return findTaken(db, strongest(locks), uncounted);
  },

  async locksOf(db, id) {
    return db.all<Lock>('SELECT name, mode FROM operation_lock WHERE operation = ? ORDER BY name', id);
  },

  async keepLocks(db, held, locks) {
    await assertHeld(db, held);
    await db.run('DELETE FROM operation_lock WHERE operation = ?', held.id);
    await addLocks(db, held.id, locks);
  },

  async note(db, held, { done, begun, undone = [] }: Progress) {
    await assertHeld(db, held);
    for (const position of undone) {
      await db.run(
        `UPDATE operation_step SET state = 'planned', memento = 'null', result = 'null'
         WHERE operation = ? AND position = ?`,
        held.id,
        position,
      );
    }
    if (done !== undefined) {
      await db.run(
        "UPDATE operation_step SET state = 'done', result = ? WHERE operation = ? AND position = ?",
        toJson(done.result),
        held.id,
        done.position,
      );
    }
    if (begun !== undefined) {
      await db.run(
        "UPDATE operation_step SET state = 'begun', memento = ? WHERE operation = ? AND position = ?",
        toJson(begun.memento),
        held.id,
        begun.position,
      );
    }
  },

  async close(db, held) {
    if (!(await isHeld(db, held))) return false;
    await remove(db, held.id);
    return true;
  },

  async list(db) {
    const rows = await db.all<OperationRow>(
      `SELECT ${COLUMNS} FROM operation WHERE server = ? ORDER BY opened, id`,
      db.server,
    );
    // Usually the list is empty.
    if (rows.length === 0) return [];
    const steps = await db.all<StepRow>(
      `SELECT operation, operation_step.kind AS kind, state, operation_step.input AS input, memento, result
       FROM operation_step JOIN operation ON operation.id = operation_step.operation
       WHERE server = ? ORDER BY operation, position`,
      db.server,
    );
    return rows.map((row) => entryOf(row, steps));
  },

  async find(db, id) {
    const row = await db.get<OperationRow>(`SELECT ${COLUMNS} FROM operation WHERE id = ?`, id);
    if (row === undefined) return undefined;
    const steps = await db.all<StepRow>(
      `SELECT operation, kind, state, input, memento, result FROM operation_step
       WHERE operation = ? ORDER BY position`,
      id,
    );
    return entryOf(row, steps);
  },

  async claim(db, held, to) {
    const { id, process } = held;
    const isClaimed =
      (await db.run('UPDATE operation SET process = ? WHERE id = ? AND process = ?', to, id, process)) === 1;
    return isClaimed ? journal.find(db, id) : undefined;
  },

  async claimLeft(db, held, to) {
    const later = await db.get<{ name: string }>(
      `SELECT theirs.name AS name FROM operation_lock AS mine
       JOIN operation_lock AS theirs ON theirs.name = mine.name AND theirs.operation <> mine.operation
       JOIN operation AS own ON own.id = mine.operation
       JOIN operation AS other ON other.id = theirs.operation
       WHERE mine.operation = ? AND (mine.mode = 'exclusive' OR theirs.mode = 'exclusive')
         AND other.server = own.server AND other.opened > own.opened LIMIT 1`,
      held.id,
    );
    return later?.name ?? journal.claim(db, held, to);
  },

  async endLeft(db, { id }) {
    const own = new Set((await journal.locksOf(db, id)).map(({ name }) => name));
    const left = await db.all<{ id: number }>(
      `SELECT DISTINCT operation.id AS id FROM operation_lock
       JOIN operation ON operation.id = operation_lock.operation
       WHERE server = ? AND operation <> ? AND ${IS_LEFT}
         AND name IN (SELECT name FROM operation_lock WHERE operation = ?)`,
      ...[db.server, id, id],
    );
    for (const other of left) {
      const locks = await journal.locksOf(db, other.id);
      if (locks.every(({ name }) => own.has(name) || !name.startsWith('account ')))
        await remove(db, other.id);
    }
  },

  async release(db, { id, process }) {
    await db.run("UPDATE operation SET process = '' WHERE id = ? AND process = ?", id, process);
  },
};

/** The end of a removal is not passed: its account is no longer whole. */
const IS_LEFT = `(process = '${LEFT_TO_UNDO}' OR (process = '${LEFT_TO_TASK}' AND kind <> 'remove-account'))`;

async function remove(db: Db, id: number): Promise<void> {
  for (const table of ['operation_lock', 'operation_step']) {
    await db.run(`DELETE FROM ${table} WHERE operation = ?`, id);
  }
  await db.run('DELETE FROM operation WHERE id = ?', id);
}

async function isHeld(db: Db, { id, process }: Held): Promise<boolean> {
  return (await db.get('SELECT 1 FROM operation WHERE id = ? AND process = ?', id, process)) !== undefined;
}

async function assertHeld(db: Db, held: Held): Promise<void> {
  if (!(await isHeld(db, held))) throw takenOver();
}

function entryOf(row: OperationRow, steps: readonly StepRow[]): JournalEntry {
  const { irreversible, needs_secret, input, begun, ...entry } = row;
  return {
    ...entry,
    input: JSON.parse(input) as unknown,
    irreversible: irreversible === 1,
    needsSecret: needs_secret === 1,
    begunBefore: begun,
    steps: steps
      .filter(({ operation }) => operation === row.id)
      .map((step) => ({
        kind: step.kind,
        state: step.state,
        input: JSON.parse(step.input) as unknown,
        memento: JSON.parse(step.memento) as unknown,
        result: JSON.parse(step.result) as unknown,
      })),
  };
}

/** Returns one lock for each name. If a plan requests both modes, the lock is exclusive. */
function strongest(locks: readonly Lock[]): Lock[] {
  const modes = new Map<string, Lock['mode']>();
  for (const { name, mode } of locks) {
    if (modes.get(name) !== 'exclusive') modes.set(name, mode);
  }
  return [...modes].map(([name, mode]) => ({ name, mode }));
}

async function addLocks(db: Db, id: number, locks: readonly Lock[]): Promise<void> {
  for (const { name, mode } of locks) {
    await db.run('INSERT INTO operation_lock (name, operation, mode) VALUES (?, ?, ?)', name, id, mode);
  }
}

async function addSteps(db: Db, id: number, steps: readonly PlannedStep[], start: number): Promise<void> {
  for (const [position, step] of steps.entries()) {
    await db.run(
      `INSERT INTO operation_step (operation, position, kind, state, input, memento, result)
       VALUES (?, ?, ?, 'planned', ?, 'null', 'null')`,
      id,
      start + position,
      step.kind,
      toJson(step.input),
    );
  }
}

async function findTaken(
  db: Db,
  locks: readonly Lock[],
  { own = 0, passesLeft = false }: Uncounted = {},
): Promise<TakenLock | undefined> {
  const counted = passesLeft ? `AND NOT (server = ? AND ${IS_LEFT})` : '';
  for (const { name, mode } of locks) {
    const other = await db.get<{ id: number; server: string; process: string }>(
      `SELECT id, server, process FROM operation_lock JOIN operation ON operation.id = operation_lock.operation
       WHERE name = ? AND (mode = 'exclusive' OR ? = 'exclusive') AND operation <> ? ${counted} LIMIT 1`,
      ...[name, mode, own, ...(passesLeft ? [db.server] : [])],
    );
    if (other === undefined) continue;
    const isOfThisServer = other.server === db.server;
    return {
      name: isOfThisServer ? name : `${name}, on the server ${other.server}`,
      isAbandoned: isOfThisServer && other.process === '',
      isLeftToTask: other.process === LEFT_TO_TASK || (!isOfThisServer && other.process === LEFT_TO_UNDO),
      ...(isOfThisServer && other.process === LEFT_TO_UNDO && { leftToUndo: other.id }),
    };
  }
  return undefined;
}

/** JSON has no `undefined`, so `null` is stored. */
function toJson(value: unknown): string {
  return JSON.stringify(value ?? null);
}
