// Creates the context of a call's handler (`context.ts`), inside or outside a transaction.
import { Beside } from './beside.ts';
import type { Call, Caller, Context, Db, FreeContext, OuterCall, FunctionCall } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Engine, Store } from './engine.ts';
import type { Envelope } from './envelope.ts';
import type { MetaArguments } from './meta-arguments.ts';
import type { Plan, PlanAnswer } from './plan.ts';
import type { Report } from './report.ts';

export interface ContextsOptions {
  readonly call: Call;
  readonly caller: Caller;
  readonly engine: Engine;
  readonly xid: string;
  /** Collects the handler's warnings and messages. */
  readonly report: Report;
  /** Runs another call. */
  readonly dispatch: (call: Call, caller: Caller, engine: Engine) => Promise<Envelope>;
}

/** What a handler has inside and outside a transaction. */
type Common = Omit<Context, 'db' | 'plan' | 'startTask'>;

export class Contexts {
  /** The work on the machine that the handler has planned. */
  plan: Plan | undefined;
  /** Builds the data of the call from the results of that work. */
  answer: PlanAnswer | undefined;
  /** True if something besides the writer of the response needs its list. */
  needsWholeList = false;
  /** True if there were calls as an account, and all of them were recorded as reads. */
  #areReads: boolean | undefined;
  /** The processes that make long calls. */
  readonly beside: Beside;
  readonly #of: ContextsOptions;

  constructor(options: ContextsOptions) {
    this.#of = options;
    this.beside = new Beside(options);
  }

  /** True if the call has made calls as an account, and each of them was a read. */
  get hasOnlyRead(): boolean {
    return this.#areReads === true;
  }

  /** Forgets the earlier plan, because the handler runs again. */
  restart(): void {
    this.plan = undefined;
    this.answer = undefined;
  }

  within(db: Db, { effect }: AnyFunction, listQuery: MetaArguments | undefined): Context {
    return Object.assign(this.#common(listQuery), {
      db,
      plan: (plan, answer) => {
        if (this.plan !== undefined) throw new TypeError('A call plans its work once.');
        // The transaction of a handler that plans work is rolled back, and the task would be lost with it.
        if (this.#of.report.task !== undefined)
          throw new TypeError('A call that starts a task plans nothing.');
        if (effect !== 'operates') throw new TypeError('The function does not operate.');
        this.plan = plan;
        this.answer = answer;
      },
      startTask: (kind, input) => {
        const may = effect === 'changes' || (effect === 'operates' && this.plan === undefined);
        if (!may) throw new TypeError('The function starts no task.');
        return this.#startTask(db, kind, input);
      },
    } satisfies Omit<Context, keyof Common>);
  }

  outside(store: Store, listQuery?: MetaArguments): FreeContext {
    const { call: own, caller, engine, dispatch } = this.#of;
    return Object.assign(this.#common(listQuery), {
      machine: engine.machine,
      taskLog: (id, offset) => engine.taskLog(id, offset),
      uploads: own.uploads,
      callPeer: engine.callPeer,
      assertOwnPassword: (param, password, login) =>
        engine.assertPassword({ user: caller.user, param, password, origin: own.origin, login }, engine),
      transaction: async (effect, work) =>
        store.transaction(effect, async (db) => ({ value: await work(db), keep: true })),
      startTask: (kind, input) =>
        store.transaction('changes', async (db) => ({
          value: await this.#startTask(db, kind, input),
          keep: true,
        })),
      call: async (call) => {
        // A store that responds immediately would block all other requests until the last of many calls.
        await engine.letOthersRun();
        return dispatch(nested(own, call, own.api, outerOfAny), caller, this.#engineFor(store));
      },
      callAsAccount: async (username, api, call) => {
        const outer: OuterCall = {
          noteKind: (kind) => {
            this.#areReads = kind === 'read' && this.#areReads !== false;
          },
        };
        return dispatch(nested(own, call, api, outer), actingAs(caller, username), this.#engineFor(store));
      },
      later: own.dryRun || engine.insideDryRun === true ? undefined : engine.later,
      makeAhead: own.dryRun || engine.insideDryRun === true ? undefined : engine.makeAhead,
      leaveIfLong: this.beside.leaveIfLong,
      innerError: (code) => {
        this.#of.report.innerError = code;
      },
    } satisfies Omit<FreeContext, keyof Common>);
  }

  /** The engine of the calls that this one makes: mostly the same, because a copy takes longer than a short call. */
  #engineFor(store: Store): Engine {
    const { call, engine } = this.#of;
    if (!call.dryRun && store === engine.store) return engine;
    return { ...engine, store, insideDryRun: call.dryRun };
  }

  async #startTask(db: Db, kind: string, input: unknown): Promise<number> {
    const { engine, caller, xid, report } = this.#of;
    report.task = await engine.addTask(
      db,
      { kind, input, caller: caller.actor ?? caller.user, xid },
      engine.now(),
    );
    return report.task;
  }

  /**
   * Written without `...`: V8 makes a hidden class for each object that begins with a spread one and gets further
   * properties, which took 4 µs a call, and as much again when they were collected.
   */
  #common(listQuery: MetaArguments | undefined): Common {
    const { call, caller, engine, report } = this.#of;
    const { warn, inform, raw, reason, addMetadata, reportCounts } = report.voice();
    return {
      caller,
      origin: call.origin,
      sealer: engine.sealer,
      system: engine.machine.system,
      isAbandoned: () => call.isAbandoned?.() ?? false,
      isDryRun: call.dryRun,
      version: engine.version,
      now: () => engine.now(),
      randomBytes: (count) => engine.randomBytes(count),
      sha256: (text) => engine.sha256(text),
      passwordStrength: (candidate, known) => engine.passwordStrength(candidate, known),
      listQuery,
      warn,
      inform,
      raw,
      reason,
      addMetadata,
      reportCounts,
      reportLongList:
        call.readsLongLists === true && !this.needsWholeList
          ? (list) => {
              report.longList = list;
            }
          : undefined,
      securityAdvice: () => engine.securityAdvice(),
      functions: () => engine.functions(),
    };
  }
}

/** The caller for an account. `actor` is the login that acts for it. */
export function accountCaller(user: string, actor?: string): Caller {
  return { user, privileges: NONE, isAccount: true, ...(actor === undefined ? {} : { actor }) };
}

/** An account acts only as itself, with the limits of its login. */
function actingAs(caller: Caller, username: string): Caller {
  if (caller.isAccount !== true) return accountCaller(username, caller.user);
  if (caller.user !== username) throw new TypeError('An account acts as another one.');
  return caller;
}

const NONE: ReadonlySet<string> = new Set();

const outerOfAny: OuterCall = { noteKind: () => undefined };

/** A call that another one makes, with what it gets from that. */
function nested(
  { dryRun, origin, isAbandoned }: Call,
  { command, args }: FunctionCall,
  api: Call['api'],
  outer: OuterCall,
): Call {
  return { command, api, args, dryRun, origin, isAbandoned, outer };
}
