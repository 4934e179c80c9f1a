// One call from name to envelope: find, authorise, read arguments, run, shape, audit.
import { authorise, authoriseEffect, authoriseTarget, assertFeature, assertRole } from './access.ts';
import { warningsOf } from './argument-warnings.ts';
import { readArguments, type ReadArguments } from './arguments.ts';
import { maskArguments, type AuditKind, type AuditRecord } from './audit.ts';
import { readCallMeta, withoutMeta } from './call-meta.ts';
import type { Call, Caller, Context, Db, FreeContext } from './context.ts';
import { Contexts } from './contexts.ts';
import { onlyReads, type AnyFunction } from './define.ts';
import { type Engine, type Store, type Work, noStore, storeOfLook } from './engine.ts';
import type { Envelope } from './envelope.ts';
import type { CallHooks } from './hooks.ts';
import { ApiError } from './errors.ts';
import { findCalled } from './find-called.ts';
import { isOfFullStore, LookAgain, MachineError, NOT_RECORDED, ofDisk, ofMachine } from './machine-error.ts';
import { nameOnly } from './function-name.ts';
import type { MetaArguments } from './meta-arguments.ts';
import type { JournalEntry, Plan, StepResult } from './plan.ts';
import { Report, type Outcome } from './report.ts';
import type { LastTry } from './execute-plan.ts';
import type { Opened } from './journaled-plan.ts';
import type { Hash } from './values.ts';
import { unrecorded } from './unrecorded.ts';
import { withReserve } from './with-reserve.ts';

interface Prepared {
  readonly fn: AnyFunction;
  readonly meta: MetaArguments | undefined;
  readonly args: unknown;
}

/** What a transaction has decided about a call. */
interface Decided {
  readonly outcome: Outcome;
  readonly plan: Plan | undefined;
  /** The lock that another call holds, if it has to wait. */
  readonly opened: Opened | string | undefined;
}

/** Runs a call. Never throws: the envelope contains the error. */
export function dispatch(call: Call, caller: Caller, engine: Engine): Promise<Envelope> {
  return new Dispatch(call, caller, engine).run();
}

class Dispatch {
  readonly #call: Call;
  readonly #caller: Caller;
  readonly #engine: Engine;
  readonly #started: number;
  readonly #xid: string;
  readonly #report: Report;
  readonly #contexts: Contexts;
  #function: AnyFunction | undefined;
  #audited = false;
  /** True once the work of a plan has begun. */
  #isBegun = false;

  constructor(call: Call, caller: Caller, engine: Engine) {
    this.#call = call;
    this.#caller = caller;
    this.#engine = engine;
    this.#started = engine.now();
    this.#xid = engine.newXid();
    this.#report = new Report(call.warnings ?? []);
    this.#contexts = new Contexts({ call, caller, engine, xid: this.#xid, report: this.#report, dispatch });
  }

  async run(): Promise<Envelope> {
    let outcome: Outcome;
    let corrects = false;
    try {
      const prepared = await this.#prepare();
      outcome = await this.#execute(prepared);
    } catch (error) {
      // Nothing was kept. The next line of the audit log corrects an earlier one that says otherwise.
      outcome = { ok: false, error: this.#toApiError(error) };
      corrects = this.#audited;
      this.#audited = false;
    }
    const kind = corrects ? 'other' : this.#kindOf(outcome);
    try {
      if (!this.#audited) await this.#audit(outcome, kind);
    } catch (error) {
      // If the audit line cannot be written, return an error instead of the result, but not of a read on a full disk.
      if (outcome.ok && kind === 'read' && isOfFullStore(error)) this.#report.warnings.push(NOT_RECORDED);
      else {
        const about = { isBegun: this.#isBegun, effect: this.#function?.effect };
        outcome = { ok: false, error: unrecorded(outcome, this.#toApiError(error), about) };
      }
    }
    if (outcome.ok) this.#warnOfSpace();
    return this.#report.envelope(this.#call, this.#function, outcome);
  }

  /** Warns only on the local command line, and only once for a call that makes other calls. */
  #warnOfSpace(): void {
    if (this.#call.origin !== undefined || this.#call.outer !== undefined) return;
    const warning = this.#engine.spaceWarning?.();
    if (warning !== undefined) this.#report.warnings.push(warning);
  }

  async #prepare(): Promise<Prepared> {
    const { command, args } = this.#call;
    const fn = await findCalled(this.#call, this.#caller, this.#engine);
    this.#function = fn;
    authorise(this.#caller, command, fn.access);
    authoriseEffect(this.#caller, fn);
    const meta = fn.passes === undefined ? await readCallMeta(fn, args, this.#report) : undefined;
    const own = fn.passes === undefined ? withoutMeta(args) : args;
    // Warnings come before any error, because a mistyped name is often the reason why a parameter is missing.
    this.#report.warnings.push(...(await warningsOf(fn, own)));
    const read = readArguments(fn, own);
    authoriseTarget(this.#caller, fn, read);
    return { fn, meta, args: read };
  }

  async #execute(prepared: Prepared): Promise<Outcome> {
    const { fn } = prepared;
    const [{ effect }, { dryRun }] = [fn, this.#call];
    this.#report.keepWarnings();
    const isFree = effect === 'none' || effect === 'looks';
    if (isFree) return (await this.#contexts.beside.make(fn)) ?? this.#runFree(prepared);
    const hooks = await withReserve(this.#engine, { ...prepared, dryRun }, () => this.#begin(prepared));
    if (prepared.fn.role !== undefined) await assertRole(this.#engine, prepared.fn);
    if (prepared.fn.feature !== undefined) await assertFeature(this.#engine, prepared.fn, this.#caller);
    if (effect === 'calls') return dryRun ? this.#previewCalls(prepared) : this.#runFree(prepared);
    const performOnce = () =>
      this.#withLook(prepared, (found) => {
        if (effect === 'reads') return this.#read(prepared, found);
        if (effect === 'operates' && !dryRun) return this.#operate(prepared, found);
        return this.#change(prepared, found);
      });
    const perform = () => withReserve(this.#engine, { ...prepared, dryRun }, performOnce);
    if (hooks === undefined) return this.#contexts.beside.makeOrPerform(fn, perform);
    this.#contexts.needsWholeList = true;
    const { performHooked } = await import('./hooks.ts');
    const tryOut = () => this.#withLook(prepared, (found) => this.#tryOut(prepared, hooks, found));
    const logUnexpected = (error: unknown) =>
      this.#engine.logUnexpected(this.#xid, this.#call.command, error);
    return performHooked(hooks, { report: this.#report, dryRun, tryOut, perform, logUnexpected });
  }

  async #withLook(prepared: Prepared, work: (found: unknown) => Promise<Outcome>): Promise<Outcome> {
    this.#audited = false;
    for (let looks = 1; ; looks++) {
      try {
        return await work(prepared.fn.look === undefined ? undefined : await this.#look(prepared));
      } catch (error) {
        if (!(error instanceof LookAgain) || looks >= MAX_LOOKS) throw error;
      }
    }
  }

  /** Runs the handler in a transaction that is rolled back. */
  #tryOut(prepared: Prepared, hooks: CallHooks, found: unknown): Promise<Outcome> {
    return this.#engine.store.transaction('changes', async (db, nested) => {
      const value = await nested.transaction('changes', async (inner) => {
        const context = this.#contexts.within(inner, prepared.fn, prepared.meta);
        return { value: await this.#run(prepared, context, found), keep: false };
      });
      // Reads the state before the call.
      await hooks.prepare(db, value.ok ? value.data : undefined);
      return { value, keep: false };
    });
  }

  /** Reads what the function needs to know about the machine. No transaction is open meanwhile. */
  async #look({ fn, args, meta }: Prepared): Promise<unknown> {
    if (fn.look === undefined) return undefined;
    const mayStore = fn.onlyMeasures === true && !this.#call.dryRun;
    const context = this.#contexts.outside(storeOfLook(this.#engine.store, mayStore), meta);
    this.#report.restartLook();
    const found: unknown = await fn.look(args as never, context);
    this.#report.keepLook();
    return found;
  }

  #runFree(prepared: Prepared): Promise<Outcome> {
    const store = onlyReads(prepared.fn.effect) ? noStore : this.#engine.store;
    const context = this.#contexts.outside(store, prepared.meta);
    return this.#run(prepared, context, undefined);
  }

  #read(prepared: Prepared, found: unknown): Promise<Outcome> {
    return this.#engine.store.transaction('reads', async (db) => ({
      value: await this.#run(prepared, this.#contexts.within(db, prepared.fn, prepared.meta), found),
      keep: false,
    }));
  }

  async #change(prepared: Prepared, found: unknown): Promise<Outcome> {
    const { store, insideDryRun } = this.#engine;
    const { dryRun } = this.#call;
    const outcome = await store.transaction('changes', async (db) => {
      const value = await this.#run(prepared, this.#contexts.within(db, prepared.fn, prepared.meta), found);
      // Written before the commit: the log might list a change that was not made, but never misses one that was.
      await this.#audit(value, dryRun ? 'other' : 'change', dryRun ? {} : { db });
      // Inside another dry run, the outermost call rolls back, so that later calls see the changes of this one.
      return { value, keep: !dryRun || insideDryRun === true };
    });
    if (this.#contexts.plan !== undefined) {
      const { preview } = await import('./execute-plan.ts');
      this.#report.messages.push(...(await preview(this.#engine, this.#contexts.plan)));
    }
    return outcome;
  }

  /**
   * A dry run of a function that makes calls. All of them run in one transaction that is rolled back at the end, so
   * that later calls see what earlier ones stored.
   */
  #previewCalls(prepared: Prepared): Promise<Outcome> {
    const { store, insideDryRun } = this.#engine;
    return store.transaction('changes', async (_db, nested) => {
      const value = await this.#run(prepared, this.#contexts.outside(nested, prepared.meta), undefined);
      await this.#audit(value, 'other');
      return { value, keep: insideDryRun === true };
    });
  }

  async #run({ fn, args, meta }: Prepared, context: Context | FreeContext, found: unknown): Promise<Outcome> {
    this.#report.restart();
    this.#contexts.restart();
    if ('db' in context) await this.#call.assertCurrent?.(context.db);
    try {
      const data = (await fn.handler(args as never, context as never, found as never)) as Hash | undefined;
      return meta === undefined
        ? { ok: true, data, extra: {} }
        : { ok: true, ...(await this.#shape(fn, data, meta)) };
    } catch (error) {
      if (!(error instanceof ApiError && error.keepsChanges)) throw error;
      return { ok: false, error };
    }
  }

  /**
   * Plans in one transaction, does the work on the machine outside any transaction, and stores the outcome in another.
   * @param first The first part of the plan, if it was applied.
   */
  async #operate(prepared: Prepared, found: unknown, first?: Opened): Promise<Outcome> {
    const { execute, executeFirst, extend, abandon, open, waitForLocks } = await import('./execute-plan.ts');
    const last: LastTry = {};
    const decide = async (db: Db, nested: Store): Promise<Work<Decided>> => {
      const outcome = await this.#decide(prepared, nested, found);
      const plan = this.#contexts.plan;
      const about = { xid: this.#xid, caller: this.#actor };
      const start = async (planned: Plan) => {
        if (first !== undefined) return extend(this.#engine, db, planned, first);
        const opened = await open(this.#engine, db, planned, about);
        if (typeof opened !== 'string') last.id = opened.entry.id;
        return opened;
      };
      const opened = plan && (await start(plan));
      const hasToWait = typeof opened === 'string';
      // The line of a begun plan need not be on the disk: the journal is, from which a later call writes its line.
      const kind = opened === undefined ? 'change' : 'other';
      if (!hasToWait) await this.#audit(outcome, kind, { db, stage: opened && 'begun' });
      return { value: { outcome, opened, plan }, keep: !hasToWait };
    };
    const { outcome, opened, plan } = await this.#engine.store
      .transaction('changes', decide)
      .catch((error: unknown) => abandon(this.#engine, last, error));
    if (plan === undefined || opened === undefined) return outcome;
    if (typeof opened === 'string') {
      const { locks } = (first === undefined ? plan.first : undefined) ?? plan;
      const waiting = { look: () => this.#recover(), own: first?.entry.id, change: plan.change };
      await waitForLocks(this.#engine, locks, waiting);
      // The other call may have changed what this call read.
      return this.#operate(prepared, await this.#look(prepared), first);
    }
    this.#isBegun = true;
    if (plan.first !== undefined && first === undefined) {
      return executeFirst(this.#engine, opened, async () =>
        this.#operate(prepared, await this.#look(prepared), opened),
      );
    }
    let answered = outcome;
    await execute(this.#engine, opened, { ...this.#call, secret: plan.secret ?? '' }, async (db, results) => {
      answered = await this.#complete(prepared, outcome, results);
      await this.#audit(answered, 'change', { db });
    });
    return answered;
  }

  /** Adds to an outcome the data that depends on the results of the steps. */
  async #complete(
    { fn, meta }: Prepared,
    outcome: Outcome,
    results: readonly StepResult[],
  ): Promise<Outcome> {
    const { answer } = this.#contexts;
    if (answer === undefined || !outcome.ok) return outcome;
    return { ...outcome, ...(await this.#shape(fn, answer(results), meta)) };
  }

  /**
   * Runs the handler. Its writes are kept only if it plans no work. Otherwise, the plan's change stores the outcome.
   */
  #decide(prepared: Prepared, store: Store, found: unknown): Promise<Outcome> {
    return store.transaction('changes', async (db) => {
      const value = await this.#run(prepared, this.#contexts.within(db, prepared.fn, prepared.meta), found);
      return { value, keep: this.#contexts.plan === undefined };
    });
  }

  /** Recovers unfinished operations if this call has to. Returns the script hooks of the call. */
  async #begin({ fn, args }: Prepared): Promise<CallHooks | undefined> {
    const { isHookable, findHooks, store, journal } = this.#engine;
    const isHooked = isHookable(fn.name);
    // A call that only passes on another one leaves it to that.
    const looks = !this.#call.dryRun && fn.passes === undefined;
    if (!looks && !isHooked) return undefined;
    const { api } = this.#call;
    const call = { fn, api, args: args as ReadArguments, caller: this.#caller, xid: this.#xid };
    // One transaction for both, because each one takes time if the database is on another server.
    const { left, hooks } = await store.transaction('reads', async (db) => {
      const entries = looks ? await journal.list(db) : [];
      const found = isHooked ? await findHooks(db, call, this.#engine) : undefined;
      return { value: { left: entries, hooks: found }, keep: false };
    });
    const recovery = () => this.#undoOrComplete(left).then(() => undefined);
    if (fn.effect !== 'reads' || this.#engine.later === undefined) await recovery();
    else if (left.length > 0) this.#engine.later('recovery', recovery);
    return hooks;
  }

  /** Undoes or completes the operations that processes left unfinished when they ended. */
  async #recover(): Promise<readonly string[]> {
    const list = async (db: Db) => ({ value: await this.#engine.journal.list(db), keep: false });
    return this.#undoOrComplete(await this.#engine.store.transaction<JournalEntry[]>('reads', list));
  }

  /** @returns a sentence for each operation for which this failed. */
  async #undoOrComplete(left: JournalEntry[]): Promise<readonly string[]> {
    if (left.length === 0) return [];
    const failures = await (await import('./recover-plans.ts')).recover(this.#engine, left);
    this.#report.addLasting(failures);
    return failures;
  }

  async #shape(fn: AnyFunction, data: Hash | undefined, meta: MetaArguments | undefined) {
    if (meta === undefined || data === undefined) return { data, extra: {} };
    return (await import('./shape.ts')).shapeAnswer(fn, data, meta, this.#report.counts);
  }

  #toApiError(thrown: unknown): ApiError {
    const error = ofDisk(thrown);
    if (error instanceof ApiError) return error;
    if (error instanceof MachineError) return ofMachine(error);
    const where = this.#engine.logUnexpected(this.#xid, this.#call.command, error);
    return new ApiError('internal', `API failure: (XID ${this.#xid}) An unexpected error occurred. ${where}`);
  }

  /** The login that makes the call. */
  get #actor(): string {
    return this.#caller.actor ?? this.#caller.user;
  }

  /** Returns the kind of a call without a line in the audit log, which has changed nothing. */
  #kindOf(outcome: Outcome): AuditKind {
    const { isAccount, actor } = this.#caller;
    const fn = this.#function;
    if (!outcome.ok) return isAccount === true && actor === undefined ? 'failure' : 'other';
    if (fn === undefined) return 'other';
    const hasOnlyRead = onlyReads(fn.effect) || fn.onlyMeasures === true;
    return (fn.passes === undefined ? hasOnlyRead : this.#contexts.hasOnlyRead) ? 'read' : 'other';
  }

  async #audit(
    outcome: Outcome,
    kind: AuditKind,
    { db, stage }: { readonly db?: Db; readonly stage?: 'begun' | undefined } = {},
  ): Promise<void> {
    const { command, args, dryRun } = this.#call;
    const now = this.#engine.now();
    const record: AuditRecord = {
      time: now,
      xid: this.#xid,
      caller: this.#actor,
      ...this.#call.origin,
      function: this.#function?.name ?? nameOnly(command),
      // With the account that somebody else acts for.
      arguments: [
        ...(this.#caller.actor === undefined ? [] : [['cpanel.user', this.#caller.user] as const]),
        ...maskArguments(this.#function, args),
      ],
      result: outcome.ok ? 1 : 0,
      ...(outcome.ok ? {} : { error_code: outcome.error.code }),
      ...(dryRun ? { dry_run: 1 } : {}),
      ...(stage === undefined ? {} : { stage }),
      duration_ms: now - this.#started,
    };
    this.#call.outer?.noteKind(kind);
    await this.#engine.audit(record, kind, db);
    this.#audited = true;
  }
}

/** The maximum number of looks at the machine in one call. If it changes after each of them, the call fails. */
const MAX_LOOKS = 5;
