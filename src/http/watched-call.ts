// Watches a call: whether its response depends only on the store, and its lines in the audit log.
import type { AuditRecord } from '../core/audit.ts';
import type { Context, FreeContext } from '../core/context.ts';
import type { AnyFunction } from '../core/define.ts';
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

/**
 * What a handler may use besides, if it passes its arguments on to the function of an account, which is watched too. Not
 * `innerError`, which says that this function failed.
 */
const insideIfPassing: ReadonlySet<string | symbol> = new Set<keyof FreeContext>(['callAsAccount']);

/** The lines in the audit log of a call whose response is the same if it is repeated, and until when it is. */
export interface Repeatable {
  readonly records: readonly AuditRecord[];
  readonly until: number;
}

/** What a function uses. */
interface Use {
  isOutside: boolean;
  /** How long the function says that its response is valid. */
  until: number | undefined;
}

export class WatchedCall {
  /** The engine for the call. */
  readonly engine: Engine;
  #first: AnyFunction | undefined;
  #isRead = true;
  #isUnfinished = false;
  /** The uses of the function that is called, and of the one that it calls. */
  readonly #uses = new Map<AnyFunction, Use>();
  readonly #records: AuditRecord[] = [];

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
        if (kind !== 'read') this.#isRead = false;
        try {
          await engine.audit(record, kind, db);
        } catch (error) {
          // The call fails, or the one that it makes, without a line that says so.
          this.#isRead = false;
          throw error;
        }
        this.#records.push(record);
      },
      watch: (context, fn) => this.#watch(context, fn),
    };
  }

  /** True if the called function changes something, so that no call of it is repeatable. */
  get changes(): boolean {
    return this.#first?.effect === 'changes' || this.#first?.effect === 'operates';
  }

  /**
   * The audit lines of a successful call whose response came only from the store, or whose handlers say how long it is
   * valid. Undefined for other calls.
   */
  get repeatable(): Repeatable | undefined {
    const records = this.#records;
    if (!this.#isRead || this.#isUnfinished || records.length === 0) return undefined;
    if (records.some(({ result }) => result !== 1)) return undefined;
    let until = Infinity;
    for (const use of this.#uses.values()) {
      if (!use.isOutside) continue;
      if (use.until === undefined) return undefined;
      until = Math.min(until, use.until);
    }
    return { records, until };
  }

  #watchFind(find: Engine['find']): Engine['find'] {
    return async (command) => {
      const fn = await find(command);
      this.#first ??= fn;
      if (fn === undefined) this.#isRead = false;
      else if (fn.effect !== 'reads' && fn.effect !== 'none' && !passesOn(fn))
        this.#useOf(fn).isOutside = true;
      return fn;
    };
  }

  #useOf(fn: AnyFunction): Use {
    let use = this.#uses.get(fn);
    if (use === undefined) this.#uses.set(fn, (use = { isOutside: false, until: undefined }));
    return use;
  }

  /**
   * The same context, which records what is used. A proxy, because an object with a getter for each name would get a
   * hidden class of its own in each call, and V8 keeps those, with all that their getters hold, until a full collection.
   */
  #watch<C extends Context | FreeContext>(context: C, fn: AnyFunction): C {
    const use = this.#useOf(fn);
    const validUntil = (time: number) => {
      use.until = time;
    };
    const isPassing = passesOn(fn);
    return new Proxy(context, {
      get: (_context, name) => {
        if (name === 'validUntil' && name in context) return validUntil;
        if (isPassing && name === 'transaction' && name in context) return watchedTransaction(context, use);
        if (!inside.has(name) && !(isPassing && insideIfPassing.has(name))) use.isOutside = true;
        return context[name as keyof C];
      },
    });
  }
}

/** True if the function only passes its arguments on: what its response depends on is the function that gets them. */
const passesOn = ({ effect, passes }: AnyFunction): boolean => effect === 'calls' && passes !== undefined;

function watchedTransaction(context: FreeContext, use: Use): FreeContext['transaction'] {
  return (effect, work) => {
    if (effect !== 'reads') use.isOutside = true;
    return context.transaction(effect, work);
  };
}
