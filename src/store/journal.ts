// The journal of operations in the store: a row for each plan in progress or interrupted, and a row for each step.
import type { Db } from '../core/context.ts';
import type {
  Begun,
  Journal,
  JournaledStep,
  JournalEntry,
  Lock,
  PlannedStep,
  Progress,
  TakenLock,
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

export const journal: Journal = {
  async open(db, { change, input, locks, steps, irreversible, secret }, { process, xid, caller }, begun) {
    const wanted = strongest(locks);
    const taken = await findTaken(db, wanted);
    if (taken !== undefined) return taken.name;
    const row = await db.get<{ id: number }>(
      `INSERT INTO operation (server, kind, input, begun, irreversible, needs_secret, process, xid, caller)
       VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?) RETURNING id`,
      db.server,
      change,
      toJson(input),
      irreversible === true ? 1 : 0,
      irreversible === true && secret !== undefined ? 1 : 0,
      process,
      xid,
      caller,
    );
    const id = row?.id ?? 0;
    await addLocks(db, id, wanted);
    await addSteps(db, id, { steps, start: 0, begun });
    return id;
  },

  async extend(db, id, { change, input, locks, steps }) {
    const wanted = strongest(locks);
    const taken = await findTaken(db, wanted, id);
    if (taken !== undefined) return taken.name;
    await db.run('UPDATE operation SET kind = ?, input = ? WHERE id = ?', change, toJson(input), id);
    const held = await db.all<Lock>('SELECT name, mode FROM operation_lock WHERE operation = ?', id);
    await db.run('DELETE FROM operation_lock WHERE operation = ?', id);
    await addLocks(db, id, strongest([...held, ...wanted]));
    const row = await db.get<{ steps: number }>(
      'SELECT count(*) AS steps FROM operation_step WHERE operation = ?',
      id,
    );
    await addSteps(db, id, { steps, start: row?.steps ?? 0 });
    return undefined;
  },

  async findTaken(db, locks, own) {
    return findTaken(db, strongest(locks), own);
  },

  async note(db, id, { done, begun }: Progress) {
    if (done !== undefined) {
      await db.run(
        "UPDATE operation_step SET state = 'done', result = ? WHERE operation = ? AND position = ?",
        toJson(done.result),
        id,
        done.position,
      );
    }
    if (begun !== undefined) {
      await db.run(
        "UPDATE operation_step SET state = 'begun', memento = ? WHERE operation = ? AND position = ?",
        toJson(begun.memento),
        id,
        begun.position,
      );
    }
  },

  async close(db, id) {
    await db.run('DELETE FROM operation_lock WHERE operation = ?', id);
    await db.run('DELETE FROM operation_step WHERE operation = ?', id);
    return (await db.run('DELETE FROM operation WHERE id = ?', id)) === 1;
  },

  async list(db) {
    const rows = await db.all<OperationRow>(
      `SELECT id, kind, input, irreversible, needs_secret, process, xid, caller, begun FROM operation
       WHERE server = ? ORDER BY id`,
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

  async transferOwnership(db, id, from, to) {
    const passed = await db.run(
      'UPDATE operation SET process = ? WHERE id = ? AND process = ?',
      to,
      id,
      from,
    );
    return passed > 0;
  },
};

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

async function addSteps(
  db: Db,
  id: number,
  {
    steps,
    start,
    begun,
  }: { readonly steps: readonly PlannedStep[]; readonly start: number; readonly begun?: Begun | undefined },
): Promise<void> {
  for (const [position, step] of steps.entries()) {
    const isBegun = position === 0 && begun !== undefined;
    await db.run(
      `INSERT INTO operation_step (operation, position, kind, state, input, memento, result)
       VALUES (?, ?, ?, ?, ?, ?, 'null')`,
      id,
      start + position,
      step.kind,
      isBegun ? 'begun' : 'planned',
      toJson(step.input),
      toJson(isBegun ? begun.memento : null),
    );
  }
}

/** @param own an operation whose locks do not count. */
async function findTaken(db: Db, locks: readonly Lock[], own = 0): Promise<TakenLock | undefined> {
  for (const { name, mode } of locks) {
    const other = await db.get<{ server: string; process: string }>(
      `SELECT server, process FROM operation_lock JOIN operation ON operation.id = operation_lock.operation
       WHERE name = ? AND (mode = 'exclusive' OR ? = 'exclusive') AND operation <> ? LIMIT 1`,
      name,
      mode,
      own,
    );
    if (other === undefined) continue;
    const isOfThisServer = other.server === db.server;
    return {
      name: isOfThisServer ? name : `${name}, on the server ${other.server}`,
      isAbandoned: isOfThisServer && other.process === '',
    };
  }
  return undefined;
}

/** JSON has no `undefined`, so `null` is stored. */
function toJson(value: unknown): string {
  return JSON.stringify(value ?? null);
}
