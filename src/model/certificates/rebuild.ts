// Reads all stored certificates again.
import type { Db } from '../../core/context.ts';
import { nameText, type CertificateFacts } from './facts.ts';
import { certificateOf } from './x509.ts';

export interface Rebuilt {
  /** Who has certificates, sorted. */
  readonly users: string[];
  /** The number of entries that were wrong. */
  readonly changed: number;
  readonly unreadable: readonly { readonly username: string; readonly id: string }[];
}

export async function rebuild(db: Db): Promise<Rebuilt> {
  const rows = await db.all<{ username: string; id: string; pem: string; facts: string }>(
    'SELECT username, id, pem, facts FROM certificate ORDER BY username, id',
  );
  const unreadable: { username: string; id: string }[] = [];
  let changed = 0;
  for (const { username, id, pem, facts } of rows) {
    const found = read(pem);
    if (found === undefined) {
      unreadable.push({ username, id });
      continue;
    }
    const present = JSON.stringify(found);
    if (present === facts) continue;
    await db.run(
      'UPDATE certificate SET facts = ?, issuer = ? WHERE username = ? AND id = ?',
      ...[present, nameText(found.issuer), username, id],
    );
    changed += 1;
  }
  return { users: [...new Set(rows.map(({ username }) => username))], changed, unreadable };
}

function read(pem: string): CertificateFacts | undefined {
  try {
    return certificateOf(pem).facts;
  } catch {
    return undefined;
  }
}
