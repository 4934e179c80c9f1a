// One call from name to envelope: find, authorise, read arguments, run, shape, audit.
import { authorise, authoriseTarget } from './access.ts';
import { readArguments, unknownNames } from './arguments.ts';
import { maskArguments, type AuditRecord } from './audit.ts';
import type { Call, Caller, Context, Db, RawArgument } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Engine, Store } from './engine.ts';
import type { Envelope, Metadata } from './envelope.ts';
import { ApiError, badParam, notProvided, unknownFunction } from './errors.ts';
import { MachineError, ofDisk, ofMachine } from './machine-error.ts';
import { paramOf } from './param-of.ts';
import { quote } from './quote.ts';
import { nameOnly, printable } from './function-name.ts';
import type { MetaArguments } from './meta-arguments.ts';
import { noDb } from './no-db.ts';
import type { JournalEntry, Planned } from './operation.ts';
import type { Counts } from './shape.ts';
import type { Hash } from './values.ts';

export type { Engine, Store, Work } from './engine.ts';

interface Prepared {
  readonly fn: AnyFunction;
  readonly meta: MetaArguments | undefined;
  readonly args: unknown;
}

type Outcome =
  | { readonly ok: true; readonly data: Hash | undefined; readonly extra: Partial<Metadata> }
  | { readonly ok: false; readonly error: ApiError };

/** Runs a call. Never throws: what goes wrong is in the envelope. */
export async function dispatch(call: Call, caller: Caller, engine: Engine): Promise<Envelope> {
  return new Dispatch(call, caller, engine).run();
}

/** The envelope of a call that could not even begin, as where the state directory can't be used. */
export function failure(call: Call, error: ApiError): Envelope {
  const { message: reason, code } = error;
  return { metadata: { version: 1, reason, result: 0, command: printable(call.command), error_code: code } };
}

class Dispatch {
  readonly #call: Call;
  readonly #caller: Caller;
  readonly #engine: Engine;
  readonly #started: number;
  readonly #xid: string;
  readonly #warnings: string[];
  readonly #messages: string[] = [];
  #reason = 'OK';
  #raw: string | undefined;
  #function: AnyFunction | undefined;
  /** Of a list that the handler has shaped itself. */
  #counts: Counts | undefined;
  /** The operation that the handler asked for. */
  #planned: Planned | undefined;
  /** The task that the handler has started. */
  #task: number | undefined;
  #audited = false;
  /** How many of the warnings are not the handler's. */
  #told = 0;

  constructor(call: Call, caller: Caller, engine: Engine) {
    this.#call = call;
    this.#caller = caller;
    this.#engine = engine;
    this.#started = engine.now();
    this.#xid = engine.newXid();
    this.#warnings = [...(call.warnings ?? [])];
  }

  async run(): Promise<Envelope> {
    let outcome: Outcome;
    try {
      outcome = await this.#execute(await this.#prepare());
    } catch (error) {
      // Nothing was kept; a line of the log that says otherwise is corrected by the one that follows.
      outcome = { ok: false, error: this.#toApiError(error) };
      this.#audited = false;
    }
    try {
      if (!this.#audited) await this.#audit(outcome, false);
    } catch (error) {
      // A call that can't be recorded isn't answered as if it had been.
      outcome = { ok: false, error: this.#toApiError(error) };
    }
    if (outcome.ok) this.#warnOfSpace();
    return this.#envelope(outcome);
  }

  /** Only on this server itself, and once for a call that makes others. */
  #warnOfSpace(): void {
    const { insideDryRun, spaceWarning } = this.#engine;
    if (this.#call.origin !== undefined || insideDryRun !== undefined) return;
    const warning = spaceWarning?.();
    if (warning !== undefined) this.#warnings.push(warning);
  }

  async #prepare(): Promise<Prepared> {
    const { command, args } = this.#call;
    const fn = await this.#engine.find(command);
    if (fn === undefined) {
      const family = await this.#engine.known(command);
      throw family === undefined ? unknownFunction(command) : notProvided(command, family);
    }
    this.#function = fn;
    authorise(this.#caller, command, fn.access);
    const meta = await this.#readMeta(fn, args);
    const own = args.filter(({ name }) => !isMeta(name));
    // Before anything is refused: a mistyped name is often why another is missing.
    await this.#warnOfUnknown(fn, unknownNames(fn, own));
    this.#warnOfInert(fn, own);
    const read = readArguments(fn, own);
    authoriseTarget(this.#caller, fn, read);
    return { fn, meta, args: read };
  }

  async #readMeta(fn: AnyFunction, args: readonly RawArgument[]): Promise<MetaArguments | undefined> {
    const meta = args.filter(({ name }) => isMeta(name));
    for (const { name, value } of meta) {
      if (name === 'api.version' && value !== '1' && value !== 1) {
        if (!/^\d{1,6}$/.test(JSON.stringify(value).replaceAll('"', ''))) {
          throw badParam('The parameter “api.version” should be 1: this is version 1 of the API.');
        }
        this.#warnings.push(
          `“api.version=${Number(value)}” is answered as version 1, the version of this API.`,
        );
      }
    }
    const shaping = meta.filter(({ name }) => name !== 'api.version');
    if (shaping.length === 0) return undefined;
    if (fn.list === undefined) {
      this.#warnings.push(`“${fn.name}” answers no list: the api.* arguments have no effect.`);
      return undefined;
    }
    const { readMetaArguments } = await import('./meta-arguments.ts');
    const { meta: read, warnings } = readMetaArguments(shaping);
    this.#warnings.push(...warnings);
    return read;
  }

  async #warnOfUnknown(fn: AnyFunction, unknown: readonly string[]): Promise<void> {
    if (unknown.length === 0) return;
    const { nearest } = await import('./nearest.ts');
    for (const name of unknown.slice(0, MAX_WARNINGS)) {
      const [suggestion] = nearest(name, Object.keys(fn.params), 1);
      const hint = suggestion === undefined ? '' : ` Did you mean “${suggestion}”?`;
      this.#warnings.push(`“${fn.name}” has no parameter ${quote(name)}; it was ignored.${hint}`);
    }
    if (unknown.length > MAX_WARNINGS) {
      this.#warnings.push(`${unknown.length - MAX_WARNINGS} more unknown parameters were ignored.`);
    }
  }

  #warnOfInert(fn: AnyFunction, own: readonly RawArgument[]): void {
    for (const name of new Set(own.map((one) => one.name))) {
      const inert = paramOf(fn, name)?.param.inert;
      if (inert !== undefined) this.#warnings.push(`The parameter “${name}” has no effect here: ${inert}`);
    }
  }

  async #execute(prepared: Prepared): Promise<Outcome> {
    const { effect } = prepared.fn;
    const { store, insideDryRun } = this.#engine;
    const { dryRun } = this.#call;
    this.#told = this.#warnings.length;
    if (effect === 'none') return this.#run(prepared, noDb, store);
    if (!dryRun) await this.#recover();
    if (effect === 'calls' && !dryRun) return this.#run(prepared, noDb, store);
    if (effect === 'operates' && !dryRun) return this.#operate(prepared);
    if (effect === 'reads') {
      return store.transaction('reads', async (db, nested) => ({
        value: await this.#run(prepared, db, nested),
        keep: false,
      }));
    }
    return store.transaction('changes', async (db, nested) => {
      const value = await this.#run(prepared, db, nested);
      if (this.#planned !== undefined) await this.#rehearse(this.#planned);
      // Written before the change is kept: the log may name a change that did not come about, never miss one.
      await this.#audit(value, !dryRun, dryRun ? {} : { db });
      // A call inside a dry run leaves it to the outermost, so that later ones see what it did.
      return { value, keep: !dryRun || insideDryRun === true };
    });
  }

  async #run({ fn, args, meta }: Prepared, db: Db, nested: Store): Promise<Outcome> {
    // The store runs a transaction again where another has got in its way: what the first try said is not true.
    this.#warnings.length = this.#told;
    this.#messages.length = 0;
    this.#reason = 'OK';
    this.#raw = undefined;
    this.#counts = undefined;
    this.#planned = undefined;
    this.#task = undefined;
    try {
      const context = this.#context(db, nested, meta);
      const given = this.#engine.watch?.(context) ?? context;
      const data = (await fn.handler(args as never, given)) as Hash | undefined;
      return { ok: true, ...(await this.#shape(fn, data, meta)) };
    } catch (error) {
      if (!(error instanceof ApiError && error.keepsChanges)) throw error;
      return { ok: false, error };
    }
  }

  /** Plans within a transaction, works on the machine outside of any, and stores the outcome in another. */
  async #operate(prepared: Prepared): Promise<Outcome> {
    const { open, carryOut, giveUp, waitFor } = await import('./operate.ts');
    const { store } = this.#engine;
    for (let pauses = 0; ; pauses++) {
      const tries: number[] = [];
      const plan = async (db: Db, nested: Store) => {
        const outcome = await this.#plan(prepared, nested);
        const planned = this.#planned;
        const about = { xid: this.#xid, caller: this.#caller.user, tries };
        const opened = planned && (await open(this.#engine, db, planned, about));
        const hasToWait = typeof opened === 'string';
        if (!hasToWait) await this.#audit(outcome, true, { db, stage: opened && 'begun' });
        return { value: { outcome, opened, secret: planned?.secret ?? '' }, keep: !hasToWait };
      };
      const { outcome, opened, secret } = await store.transaction('changes', plan).catch(giveUp(tries));
      if (opened === undefined) return outcome;
      if (typeof opened !== 'string') {
        await carryOut(this.#engine, opened, secret, (db) => this.#audit(outcome, true, { db }));
        return outcome;
      }
      const isTimeToLook = await waitFor(opened, pauses);
      if (isTimeToLook) await this.#recover();
    }
  }

  /** Runs the handler. What it wrote is kept only where it asks for no operation, which would store the outcome. */
  #plan(prepared: Prepared, store: Store): Promise<Outcome> {
    return store.transaction('changes', async (db, nested) => {
      const value = await this.#run(prepared, db, nested);
      return { value, keep: this.#planned === undefined };
    });
  }

  /** What a dry run tells of an operation. */
  async #rehearse(planned: Planned): Promise<void> {
    const { rehearse } = await import('./operate.ts');
    this.#messages.push(...(await rehearse(this.#engine, planned)));
  }

  /** Undoes or finishes what a process that is gone has left. */
  async #recover(): Promise<void> {
    const { store, journal } = this.#engine;
    const left = await store.transaction<JournalEntry[]>('reads', async (db) => ({
      value: await journal.list(db),
      keep: false,
    }));
    if (left.length === 0) return;
    const { recover } = await import('./operate.ts');
    this.#warnings.push(...(await recover(this.#engine, left)));
    this.#told = this.#warnings.length;
  }

  async #shape(fn: AnyFunction, data: Hash | undefined, meta: MetaArguments | undefined) {
    if (meta === undefined || data === undefined) return { data, extra: {} };
    const { shapeAnswer } = await import('./shape.ts');
    return shapeAnswer(fn, data, meta, this.#counts);
  }

  #context(db: Db, nested: Store, asked: MetaArguments | undefined): Context {
    const engine = this.#engine;
    const effect = this.#function?.effect;
    return {
      caller: this.#caller,
      origin: this.#call.origin,
      db,
      sealer: engine.sealer,
      machine: engine.machine,
      isAbandoned: () => this.#call.isAbandoned?.() ?? false,
      isDryRun: this.#call.dryRun,
      version: engine.version,
      now: () => engine.now(),
      randomBytes: (count) => engine.randomBytes(count),
      sha256: (text) => engine.sha256(text),
      passwordStrength: (candidate, known) => engine.passwordStrength(candidate, known),
      warn: (sentence) => this.#warnings.push(sentence),
      inform: (sentence) => this.#messages.push(sentence),
      raw: (text) => {
        this.#raw = text;
      },
      reason: (sentence) => {
        this.#reason = sentence;
      },
      operate: (kind, input, secret = '') => {
        if (this.#planned !== undefined) throw new TypeError('A call plans one operation.');
        this.#planned = { kind, input, secret };
      },
      transaction: async (effect, work) =>
        nested.transaction(effect, async (db) => ({ value: await work(db), keep: true })),
      startTask: async (kind, input) => {
        if (effect !== 'changes' && effect !== 'calls') throw new TypeError('This function starts no task.');
        const task = { kind, input, caller: this.#caller.user, xid: this.#xid };
        const add = async (inside: Db) => ({
          value: await engine.addTask(inside, task, engine.now()),
          keep: true,
        });
        return (this.#task = await nested.transaction('changes', add));
      },
      asked,
      answered: (counts) => {
        this.#counts = counts;
      },
      functions: () => engine.functions(),
      call: async (call) => {
        // A store that answers at once would keep everybody else waiting until the last of many calls.
        await engine.letOthersRun();
        return dispatch({ ...call, ...this.#inherited() }, this.#caller, {
          ...engine,
          store: nested,
          insideDryRun: this.#call.dryRun,
        });
      },
    };
  }

  /** What calls that this one makes have of it. */
  #inherited(): Pick<Call, 'dryRun' | 'origin' | 'isAbandoned'> {
    const { dryRun, origin, isAbandoned } = this.#call;
    return {
      dryRun,
      ...(origin === undefined ? {} : { origin }),
      ...(isAbandoned === undefined ? {} : { isAbandoned }),
    };
  }

  #envelope(outcome: Outcome): Envelope {
    const fn = this.#function;
    const metadata: Metadata = {
      version: 1,
      reason: outcome.ok ? this.#reason : outcome.error.message,
      result: outcome.ok ? 1 : 0,
      command: printable(this.#call.command),
    };
    if (!outcome.ok) metadata.error_code = outcome.error.code;
    if (this.#call.dryRun) metadata.dry_run = 1;
    if (outcome.ok && this.#task !== undefined && !this.#call.dryRun) metadata.task = this.#task;
    if (outcome.ok) Object.assign(metadata, outcome.extra);
    // What the handler said of what it did is not true of a call that failed.
    if (!outcome.ok && !outcome.error.keepsChanges) this.#messages.length = 0;
    const output = {
      ...(outcome.ok && this.#raw !== undefined ? { raw: this.#raw } : {}),
      ...(this.#warnings.length > 0 ? { warnings: this.#warnings } : {}),
      ...(this.#messages.length > 0 ? { messages: this.#messages } : {}),
    };
    if (Object.keys(output).length > 0) metadata.output = output;
    const data = outcome.ok ? outcome.data : fn?.failureData;
    return {
      metadata,
      ...(data === undefined ? {} : { data }),
      ...(fn?.list === undefined ? {} : { list: fn.list }),
      ...(outcome.ok || outcome.error.faults.length === 0 ? {} : { faults: outcome.error.faults }),
      ...(fn?.flat === true && outcome.ok ? { flat: true } : {}),
    };
  }

  #toApiError(thrown: unknown): ApiError {
    const error = ofDisk(thrown);
    if (error instanceof ApiError) return error;
    if (error instanceof MachineError) return ofMachine(error);
    const where = this.#engine.logUnexpected(this.#xid, this.#call.command, error);
    return new ApiError('internal', `API failure: (XID ${this.#xid}) An unexpected error occurred. ${where}`);
  }

  async #audit(
    outcome: Outcome,
    durable: boolean,
    { db, stage }: { readonly db?: Db; readonly stage?: 'begun' | undefined } = {},
  ): Promise<void> {
    const { command, args, dryRun } = this.#call;
    const now = this.#engine.now();
    const record: AuditRecord = {
      time: now,
      xid: this.#xid,
      caller: this.#caller.user,
      ...this.#call.origin,
      function: this.#function?.name ?? nameOnly(command),
      arguments: maskArguments(this.#function, args),
      result: outcome.ok ? 1 : 0,
      ...(outcome.ok ? {} : { error_code: outcome.error.code }),
      ...(dryRun ? { dry_run: 1 } : {}),
      ...(stage === undefined ? {} : { stage }),
      duration_ms: now - this.#started,
    };
    await this.#engine.audit(record, durable, db);
    this.#audited = true;
  }
}

const MAX_WARNINGS = 20;

function isMeta(name: string): boolean {
  return name.startsWith('api.');
}
