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

export class WatchedCall {
  /** The engine for the call. */
  readonly engine: Engine;
  #usedOutside = false;
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
          if (left.length > 0) this.#usedOutside = true;
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

  /** The audit line of a successful call whose response came only from the store. Undefined for other calls. */
  get repeatable(): AuditRecord | undefined {
    return this.#usedOutside || this.#record?.result !== 1 ? undefined : this.#record;
  }

  #watchFind(find: Engine['find']): Engine['find'] {
    return async (command) => {
      const fn = await find(command);
      if (fn?.effect !== 'reads' && fn?.effect !== 'none') this.#usedOutside = true;
      return fn;
    };
  }

  /** The same context, which records what is used. */
  #watch<C extends Context | FreeContext>(context: C): C {
    const watched = {};
    for (const name of Object.keys(context) as (string & keyof C)[]) {
      const take = () => {
        if (!inside.has(name)) this.#usedOutside = true;
        return context[name];
      };
      Object.defineProperty(watched, name, { get: take, enumerable: true });
    }
    return watched as C;
  }
}
