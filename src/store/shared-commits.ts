// Changes that wait at the same time share a transaction of SQLite, and so its commit. None is reported before that.
import type { Db } from '../core/context.ts';
import type { Store, Work } from '../core/engine.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** The maximum number of changes that share a commit. */
const MAX_GROUP = 100;
const GROUP_MS = 20;

export type ChangeWork<T> = (db: Db, nested: Store) => Promise<Work<T>>;

export interface SharedCommitsOptions {
  /**
   * True to commit the changes together that are requested in successive turns of the event loop. For a server, which
   * handles many calls at the same time.
   */
  readonly gathers: boolean;
  /** How long changes wait for further ones at most, and after which time of running none of them joins the others. */
  readonly groupMs?: number | undefined;
  /** Runs something once no other transaction is open. */
  readonly inTurn: (run: () => Promise<void>) => Promise<void>;
  /** Runs a transaction for changes. */
  readonly transaction: <T>(
    work: (connection: SqliteConnection, nested: Store) => Promise<Work<T>>,
  ) => Promise<T>;
  readonly toApiError: (error: unknown) => unknown;
}

/** A change that waits for its transaction. */
interface WaitingChange {
  readonly work: ChangeWork<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Each change of a group has a savepoint of its own, to which it is rolled back if it fails. If the transaction fails as
 * a whole, for example because the disk is full, each change runs again in a transaction of its own. So work must be
 * repeatable.
 */
export class SharedCommits {
  readonly #options: SharedCommitsOptions;
  readonly #groupMs: number;
  #waiting: WaitingChange[] = [];
  #isGroupDue = false;

  constructor(options: SharedCommitsOptions) {
    this.#options = options;
    this.#groupMs = options.groupMs ?? GROUP_MS;
  }

  /** Returns the value of `work` once it is committed, or rolled back as it says. */
  change<T>(work: ChangeWork<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ work, resolve, reject } as WaitingChange);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isGroupDue) return;
    this.#isGroupDue = true;
    const enter = () => {
      void this.#options.inTurn(async () => {
        this.#isGroupDue = false;
        await this.#run(this.#waiting.splice(0, MAX_GROUP));
      });
    };
    if (this.#options.gathers) setImmediate(() => this.#gather(enter));
    else enter();
  }

  /**
   * Calls `enter` after the first turn of the event loop that brings no further change. Node accepts one connection in a
   * turn, so of many new connections, the last one would otherwise wait for a group of each of the others.
   */
  #gather(enter: () => void): void {
    const end = performance.now() + this.#groupMs;
    const look = (seen: number) => {
      const { length } = this.#waiting;
      if (length === seen || length >= MAX_GROUP || performance.now() >= end) enter();
      else setImmediate(look, length);
    };
    look(0);
  }

  /** Never throws: each change gets its own outcome. */
  async #run(group: readonly WaitingChange[]): Promise<void> {
    if (group.length === 1) {
      for (const change of group) await this.#settle(change);
      return;
    }
    const outcomes: (() => void)[] = [];
    try {
      await this.#runTogether(group, outcomes);
    } catch (error) {
      if (outcomes.length === 0) for (const { reject } of group) reject(error);
      else await this.#runEach(group);
      return;
    }
    for (const settle of outcomes) settle();
    this.#waiting.unshift(...group.slice(outcomes.length));
    if (this.#waiting.length > 0) this.#schedule();
  }

  async #runTogether(group: readonly WaitingChange[], outcomes: (() => void)[]): Promise<void> {
    await this.#options.transaction(async (connection, nested) => {
      const start = performance.now();
      for (const { work, resolve, reject } of group) {
        await nested.transaction('changes', work).then(
          (value) => outcomes.push(() => resolve(value)),
          (error: unknown) => outcomes.push(() => reject(this.#options.toApiError(error))),
        );
        // After some errors, for example on a full disk, SQLite rolls back all changes of the transaction.
        if (!connection.inTransaction) throw new Error('SQLite rolled back.');
        if (performance.now() - start > this.#groupMs) break;
      }
      return { value: undefined, keep: true };
    });
  }

  async #runEach(group: readonly WaitingChange[]): Promise<void> {
    for (const change of group) await this.#settle(change);
  }

  async #settle({ work, resolve, reject }: WaitingChange): Promise<void> {
    await this.#options.transaction(work).then(resolve, reject);
  }
}
