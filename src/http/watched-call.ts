// Watches a call: whether its response depends only on the store, and its audit line.
import type { AuditRecord } from '../core/audit.ts';
import type { Context, FreeContext } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';

/**
 * What a handler may use of its context without its answer depending on anything besides the caller, the arguments,
 * the program and the store. Whatever is not named here, such as the clock, the machine, chance and secrets, is outside.
 */
const inside: ReadonlySet<string | symbol> = new Set<keyof Context>([
  'caller',
  'db',
  'isDryRun',
  'version',
  'warn',
  'inform',
  'reason',
  'listQuery',
  'reportCounts',
  'reportLongList',
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
      audit: async (record, kind, db) => {
        await engine.audit(record, kind, db);
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

  /**
   * The same context, which records what is used. A proxy, because an object with a getter for each name would get a
   * hidden class of its own in each call, and V8 keeps those, with all that their getters hold, until a full collection.
   */
  #watch<C extends Context | FreeContext>(context: C): C {
    const validUntil = (time: number) => {
      this.#until = time;
    };
    return new Proxy(context, {
      get: (_context, name) => {
        if (name === 'validUntil' && name in context) return validUntil;
        if (!inside.has(name)) this.#usedOutside = true;
        return context[name as keyof C];
      },
    });
  }
}
