// Watches a call: whether its response depends only on the store, and its audit line.
import type { AuditRecord } from '../core/audit.ts';
import type { Context, FreeContext } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';

/**
 * What a handler may use of its context without its answer depending on anything besides the caller, the arguments,
 * the program and the store. Whatever is not named here, such as the clock, the machine, chance and secrets, is outside.
 */
const inside: ReadonlySet<string> = new Set<keyof Context>([
  'caller',
  'db',
  'isDryRun',
  'version',
  'warn',
  'inform',
  'reason',
  'listQuery',
  'reportCounts',
]);

/** The record of a call whose response is the same if it is repeated, and until when. */
export interface Repeatable {
  readonly record: AuditRecord;
  readonly until: number;
}

export class WatchedCall {
  /** The engine for the call. */
  readonly engine: Engine;
  #usedOutside = false;
  #isUnfinished = false;
  #functions = 0;
  #until: number | undefined;
  #record: AuditRecord | undefined;

  constructor(engine: Engine) {
    const { uapi, api2 } = engine.accountApis;
    this.engine = {
      ...engine,
      find: this.#watchFind(engine.find),
      accountApis: {
        uapi: { ...uapi, find: this.#watchFind(uapi.find) },
        api2: { ...api2, find: this.#watchFind(api2.find) },
      },
      // Each call looks for unfinished operations until they are resolved.
      journal: {
        ...engine.journal,
        list: async (db) => {
          const left = await engine.journal.list(db);
          if (left.length > 0) this.#isUnfinished = true;
          return left;
        },
      },
      audit: async (record, durable, db) => {
        await engine.audit(record, durable, db);
        this.#record = record;
      },
      watch: (context) => this.#watch(context),
    };
  }

  /**
   * The audit line of a successful call whose response came only from the store, or whose handler says how long it is
   * valid. Undefined for other calls. Of a call that makes other calls, no handler can say that.
   */
  get repeatable(): Repeatable | undefined {
    const record = this.#record;
    if (this.#isUnfinished || record?.result !== 1) return undefined;
    if (!this.#usedOutside) return { record, until: Infinity };
    return this.#until === undefined || this.#functions > 1 ? undefined : { record, until: this.#until };
  }

  #watchFind(find: Engine['find']): Engine['find'] {
    return async (command) => {
      const fn = await find(command);
      this.#functions += 1;
      if (fn?.effect !== 'reads' && fn?.effect !== 'none') this.#usedOutside = true;
      return fn;
    };
  }

  /** The same context, which records what is used. */
  #watch<C extends Context | FreeContext>(context: C): C {
    const watched = {};
    const validUntil = (time: number) => {
      this.#until = time;
    };
    for (const name of Object.keys(context) as (string & keyof C)[]) {
      const take = () => {
        if (name === 'validUntil') return validUntil;
        if (!inside.has(name)) this.#usedOutside = true;
        return context[name];
      };
      Object.defineProperty(watched, name, { get: take, enumerable: true });
    }
    return watched as C;
  }
}
