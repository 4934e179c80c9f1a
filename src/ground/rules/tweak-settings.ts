// The tweak settings that were set on this server.
import type { Db } from '../../core/context.ts';

export type Module = 'Main' | 'Basic' | 'Apache' | 'Mail';

/** Undefined if it was never set. Its default then applies. */
export async function read(db: Db, module: Module, name: string): Promise<string | undefined> {
  const row = await db.get<{ value: string }>(
    'SELECT value FROM tweak_setting WHERE server = ? AND module = ? AND name = ?',
    ...[db.server, module, name],
  );
  return row?.value;
}

/** Returns those that were set, by their names. */
export async function readSeveral(
  db: Db,
  module: Module,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await db.all<{ name: string; value: string }>(
    selectionOf(names.length),
    ...[db.server, module, ...names],
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** Returns those that were set whose names are in a range, by their names. `to` is the first one after it. */
export async function readRange(
  db: Db,
  module: Module,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<ReadonlyMap<string, string>> {
  const rows = await db.all<{ name: string; value: string }>(
    'SELECT name, value FROM tweak_setting WHERE server = ? AND module = ? AND name >= ? AND name < ?',
    ...[db.server, module, from, to],
  );
  return new Map(rows.map(({ name, value }) => [name, value]));
}

/** The same text each time, which is found faster among the prepared statements than an equal one. */
function selectionOf(count: number): string {
  let selection = selections.get(count);
  if (selection === undefined) {
    const places = Array.from({ length: count }, () => '?').join(', ');
    selection = `SELECT name, value FROM tweak_setting WHERE server = ? AND module = ? AND name IN (${places})`;
    selections.set(count, selection);
  }
  return selection;
}

const selections = new Map<number, string>();

export async function write(db: Db, module: Module, name: string, value: string): Promise<void> {
  await db.run(
    `INSERT INTO tweak_setting (server, module, name, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (server, module, name) DO UPDATE SET value = excluded.value`,
    ...[db.server, module, name, value],
  );
}
