// SQLite files of daemons, by the same code on Linux and in a sandbox.
import type { SqlValue } from '../core/context.ts';
import type { MachineFiles } from '../core/machine-daemons.ts';
import { MachineError } from '../core/machine-error.ts';
import type { MachineSqlite, NewSqliteFile, SqliteFile } from '../core/machine-sqlite.ts';
import { Database } from '../store/database.ts';
import { SQLITE, sqliteCode } from '../store/sqlite-code.ts';

export class SqliteFiles implements MachineSqlite {
  readonly #files: MachineFiles;

  constructor(files: MachineFiles) {
    this.#files = files;
  }

  async change<T>(
    path: string,
    { schema, attributes }: NewSqliteFile,
    work: (file: SqliteFile) => T,
  ): Promise<T> {
    if (!(await this.#isThere(path))) {
      // It has its tables before anybody can read it. Another process may have made it at this moment.
      await this.#files.create(path, contentOf(schema), attributes).catch((error: unknown) => {
        if (!(error instanceof MachineError && error.code === 'exists')) throw error;
      });
    }
    const make = (database: Database) => {
      // What is deleted, such as the hash of a password, is overwritten.
      database.exec('PRAGMA secure_delete = ON');
      database.exec(schema);
      return work(fileOf(database));
    };
    return this.#open(path, false, (database) =>
      database.transaction(() => make(database), 'BEGIN IMMEDIATE'),
    );
  }

  async read<T>(path: string, work: (file: SqliteFile) => T): Promise<T | undefined> {
    if (!(await this.#isThere(path))) return undefined;
    // An earlier version may have been killed before it created the tables in the empty file.
    const readAll = (database: Database) =>
      database.pragma('schema_version') === 0 ? undefined : work(fileOf(database));
    return this.#open(path, true, (database) => database.transaction(() => readAll(database)));
  }

  async #isThere(path: string): Promise<boolean> {
    const facts = await this.#files.facts(path);
    if (facts !== undefined && facts.kind !== 'file')
      throw new MachineError('failed', `“${path}” is not a regular file. Move it away and retry the call.`);
    return facts !== undefined;
  }

  #open<T>(path: string, readOnly: boolean, work: (database: Database) => T): T {
    try {
      const database = new Database(this.#files.locate(path), { mustExist: !readOnly, readOnly });
      try {
        return work(database);
      } finally {
        database.close();
      }
    } catch (error) {
      throw failureOf(path, error);
    }
  }
}

/** A new database with this schema. */
function contentOf(schema: string): Uint8Array {
  const database = new Database(':memory:');
  try {
    database.exec(schema);
    return database.serialize();
  } finally {
    database.close();
  }
}

function fileOf(database: Database): SqliteFile {
  return {
    all: <Row>(sql: string, ...values: readonly SqlValue[]) => database.prepare(sql).all(...values) as Row[],
    run: (sql, ...values) => database.prepare(sql).run(...values),
  };
}

function failureOf(path: string, error: unknown): unknown {
  const code = sqliteCode(error);
  if (code === undefined) return error;
  if (code === SQLITE.FULL)
    return new MachineError('full', `“${path}” cannot be written, because the disk is full.`, {
      cause: error,
    });
  return new MachineError('failed', `SQLite cannot use “${path}”: ${String(error)}.`, { cause: error });
}
