// The contents of a state directory, read without the program.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditRecord } from '../../src/core/audit.ts';
import { Database } from '../../src/store/database.ts';

export interface AuditLog {
  readonly lines: readonly AuditRecord[];
  /** Lines that are not JSON, as a full disk leaves them. */
  readonly cut: readonly string[];
}

export function auditLog(state: string): AuditLog {
  const lines: AuditRecord[] = [];
  const cut: string[] = [];
  for (const text of readFileSync(join(state, 'audit.log'), 'utf8').split('\n')) {
    if (text === '') continue;
    try {
      lines.push(JSON.parse(text) as AuditRecord);
    } catch {
      cut.push(text);
    }
  }
  return { lines, cut };
}

/** The problems that SQLite finds in the database: “ok” if it is intact. */
export function integrityOf(state: string): unknown {
  return inDatabase(state, (database) => database.pragma('integrity_check'));
}

export function issuerOf(state: string): string | undefined {
  const row = inDatabase(state, (database) => database.prepare('SELECT issuer FROM tfa_issuer').get());
  return (row as { issuer: string } | undefined)?.issuer;
}

/** Changes a byte of every encrypted secret, which the program reports as an unexpected error. */
export function breakSecrets(state: string): void {
  const database = new Database(join(state, 'store.db'));
  database.exec("UPDATE tfa_secret SET sealed = CAST(substr(sealed, 1, 40) || 'changed' AS BLOB)");
  database.close();
}

/** The names in a directory, each with its permissions (such as “600”). */
export function modesIn(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map((name) => [name, modeOf(join(directory, name))]),
  );
}

export function modeOf(path: string): string {
  return (lstatSync(path).mode & 0o777).toString(8);
}

/** A hash of each data file. The audit log grows with each call, so it is excluded. */
export function dataIn(state: string): Record<string, string> {
  const names = readdirSync(state).filter((name) => name !== 'audit.log');
  return Object.fromEntries(names.map((name) => [name, hashOf(join(state, name))]));
}

function hashOf(path: string): string {
  if (!lstatSync(path).isFile()) return 'no file';
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function inDatabase<T>(state: string, work: (database: Database) => T): T {
  const database = new Database(join(state, 'store.db'), { readOnly: true });
  try {
    return work(database);
  } finally {
    database.close();
  }
}
