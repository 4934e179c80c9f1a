// Watches one call: whether its answer came from the store alone, and how the audit log has it.
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
  'asked',
  'answered',
]);

export class WatchedCall {
  /** What the call is to be made with. */
  readonly engine: Engine;
  #usedOutside = false;
  #record: AuditRecord | undefined;

  constructor(engine: Engine) {
    this.engine = {
      ...engine,
      find: async (command) => {
        const fn = await engine.find(command);
        if (fn?.effect !== 'reads' && fn?.effect !== 'none') this.#usedOutside = true;
        return fn;
      },
      // What a process that is gone has left is looked for by each call until it is cleared up.
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

  /** The line of a call that worked, and whose answer came from the store alone; undefined of any other. */
  get repeatable(): AuditRecord | undefined {
    return this.#usedOutside || this.#record?.result !== 1 ? undefined : this.#record;
  }

  /** The same context, which notices what is taken out of it. */
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
