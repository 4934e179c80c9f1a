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

export async function write(db: Db, module: Module, name: string, value: string): Promise<void> {
  await db.run(
    `INSERT INTO tweak_setting (server, module, name, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (server, module, name) DO UPDATE SET value = excluded.value`,
    ...[db.server, module, name, value],
  );
}
