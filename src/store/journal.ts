// The journal of operations in the store.
import type { Journal, JournalEntry } from '../core/operation.ts';

type Row = Omit<JournalEntry, 'input'> & { readonly input: string };

export const journal: Journal = {
  async open(db, { kind, input, process, xid, caller }, claims) {
    for (const claim of claims) {
      const other = await db.get<{ server: string }>(
        'SELECT server FROM operation_claim JOIN operation ON operation.id = operation_claim.operation WHERE claim = ?',
        claim,
      );
      if (other !== undefined) {
        return other.server === db.server ? claim : `${claim}, on the server ${other.server}`;
      }
    }
    const row = await db.get<{ id: number }>(
      `INSERT INTO operation (server, kind, input, begun, process, xid, caller) VALUES (?, ?, ?, 0, ?, ?, ?) RETURNING id`,
      db.server,
      kind,
      JSON.stringify(input),
      process,
      xid,
      caller,
    );
    const id = row?.id ?? 0;
    for (const claim of claims) {
      await db.run('INSERT INTO operation_claim (claim, operation) VALUES (?, ?)', claim, id);
    }
    return id;
  },

  async setBegun(db, id, begun) {
    await db.run('UPDATE operation SET begun = ? WHERE id = ?', begun, id);
  },

  async close(db, id) {
    await db.run('DELETE FROM operation_claim WHERE operation = ?', id);
    return (await db.run('DELETE FROM operation WHERE id = ?', id)) === 1;
  },

  async list(db) {
    const rows = await db.all<Row>(
      'SELECT id, kind, input, begun, process, xid, caller FROM operation WHERE server = ? ORDER BY id',
      db.server,
    );
    return rows.map((row) => ({ ...row, input: JSON.parse(row.input) as unknown }));
  },

  async pass(db, id, from, to) {
    const passed = await db.run(
      'UPDATE operation SET process = ? WHERE id = ? AND process = ?',
      to,
      id,
      from,
    );
    return passed > 0;
  },
};
