// Settings of the installation. Each has a name and a text.
import type { Db } from '../../core/context.ts';

export async function read(db: Db, name: string): Promise<string | undefined> {
  const row = await db.get<{ value: string }>('SELECT value FROM setting WHERE name = ?', name);
  return row?.value;
}

export async function write(db: Db, name: string, value: string): Promise<void> {
  await db.run(
    'INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    name,
    value,
  );
}
