// A separate PostgreSQL database for an installation, if the suites run on PostgreSQL (`npm run test:postgres`).
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary } from '../postgres/binaries.ts';
import { endWithSuite } from './end-with-suite.ts';

/** For tests of SQLite only: `onSqlite('…', …)` instead of `test`. */
export function onSqlite(name: string, work: () => Promise<void>): void {
  (process.env.WHMAPI1_TEST_POSTGRES === undefined ? test : test.skip)(name, work);
}

export interface TestDatabase {
  readonly url: string;
  /** Returns it, so that the next installation can use it. */
  remove(): void;
}

/** By number. Other files and other workers have others. */
const inUse = new Set<number>();

/** By the database's number. */
const sessions = new Map<number, ResetSession>();
endWithSuite({
  stop: async () => {
    for (const session of sessions.values()) session.close();
    sessions.clear();
  },
});

/**
 * The state of a new store. A worker’s databases are reused, because creating one takes longer than resetting
 * it. Undefined if the suites run on SQLite.
 */
export function makeTestDatabase(): TestDatabase | undefined {
  const server = process.env.WHMAPI1_TEST_POSTGRES;
  if (server === undefined) return undefined;
  let number = 1;
  while (inUse.has(number)) number += 1;
  inUse.add(number);
  const name = `whmapi1_${process.env.JEST_WORKER_ID ?? '0'}_${number}`;
  const url = server.replace(/\/postgres$/, `/${name}`);
  if (!reset(number, url)) {
    // A file copy. PostgreSQL’s other method writes every page to its log.
    const create = `CREATE DATABASE ${name} TEMPLATE whmapi1_template STRATEGY FILE_COPY`;
    try {
      execFileSync(binary('psql'), ['--no-psqlrc', '--quiet', server, '--command', create], {
        stdio: 'ignore',
      });
    } catch {
      throw new Error(`The database “${name}” could be neither reset nor made.`);
    }
  }
  return { url, remove: () => inUse.delete(number) };
}

/** True if the database was there. An open session that a test has ended is replaced. */
function reset(number: number, url: string): boolean {
  if (sessions.get(number)?.reset() === true) return true;
  sessions.get(number)?.close();
  const session = new ResetSession(url);
  const isThere = session.reset();
  if (isThere) sessions.set(number, session);
  else {
    sessions.delete(number);
    session.close();
  }
  return isThere;
}

/**
 * A psql that stays open for the test file: to start one takes three times as long as to reset a database. Its pipes are
 * named, because this process waits for its answers.
 */
class ResetSession {
  /** Where psql reads. */
  readonly #to: number;
  /** Where it writes. It ends with psql. */
  readonly #from: number;

  constructor(url: string) {
    const folder = mkdtempSync(join(tmpdir(), 'whmapi1-psql-'));
    const [input, output] = [join(folder, 'input'), join(folder, 'output')];
    execFileSync('mkfifo', [input, output]);
    // To open one end alone would wait for the other.
    this.#to = openSync(input, 'r+');
    const itsInput = openSync(input, 'r');
    const itsOutput = openSync(output, 'r+');
    this.#from = openSync(output, 'r');
    rmSync(folder, { recursive: true });
    const words = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', url];
    spawn(binary('psql'), words, { stdio: [itsInput, itsOutput, 'ignore'] }).unref();
    closeSync(itsInput);
    closeSync(itsOutput);
  }

  /** True if the database was reset. Afterwards, if not, only `close` is of use. */
  reset(): boolean {
    writeSync(this.#to, 'SELECT pristine.reset();\n\\echo failed: :ERROR\n');
    const part = Buffer.alloc(4096);
    for (let answer = ''; ;) {
      const size = readSync(this.#from, part);
      if (size === 0) return false;
      answer += part.toString('latin1', 0, size);
      const failed = /failed: (true|false)\n/.exec(answer)?.[1];
      if (failed !== undefined) return failed === 'false';
    }
  }

  /** Psql ends at the end of its input. */
  close(): void {
    closeSync(this.#to);
    closeSync(this.#from);
  }
}
