// Reads all stored certificates again.
import type { Db } from '../../../core/context.ts';
import { nameText, type CertificateFacts } from './facts.ts';
import { certificateOf } from './x509.ts';

export interface Examined {
  /** Who has certificates, sorted. */
  readonly users: readonly string[];
  /** The entries that do not say what the certificate says. */
  readonly wrong: readonly {
    readonly username: string;
    readonly id: string;
    readonly facts: CertificateFacts;
  }[];
  readonly unreadable: readonly { readonly username: string; readonly id: string }[];
}

interface Row {
  readonly username: string;
  readonly id: string;
  readonly pem: string;
  readonly facts: string;
}

export function listAll(db: Db): Promise<Row[]> {
  return db.all<Row>('SELECT username, id, pem, facts FROM certificate ORDER BY username, id');
}

export function listOf(db: Db, username: string): Promise<Row[]> {
  return db.all<Row>(
    'SELECT username, id, pem, facts FROM certificate WHERE username = ? ORDER BY id',
    username,
  );
}

/** Takes about a millisecond for each certificate, so it needs no transaction. */
export function examine(rows: readonly Row[]): Examined {
  const wrong: { username: string; id: string; facts: CertificateFacts }[] = [];
  const unreadable: { username: string; id: string }[] = [];
  for (const { username, id, pem, facts: stored } of rows) {
    const facts = read(pem);
    if (facts === undefined) unreadable.push({ username, id });
    else if (JSON.stringify(facts) !== stored) wrong.push({ username, id, facts });
  }
  return { users: [...new Set(rows.map(({ username }) => username))], wrong, unreadable };
}

export async function correct(db: Db, { wrong }: Examined): Promise<void> {
  for (const { username, id, facts } of wrong) {
    await db.run(
      'UPDATE certificate SET facts = ?, issuer = ? WHERE username = ? AND id = ?',
      ...[JSON.stringify(facts), nameText(facts.issuer), username, id],
    );
  }
}

function read(pem: string): CertificateFacts | undefined {
  try {
    return certificateOf(pem).facts;
  } catch {
    return undefined;
  }
}
