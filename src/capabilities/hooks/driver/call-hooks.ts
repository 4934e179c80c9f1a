// Runs the script hooks of a call.
import type { Db } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import type { CallHooks, HookedCall, HookRun } from '../../../core/hooks.ts';
import type { Machine } from '../../../core/machine.ts';
import type { ScriptUser } from '../../../core/machine-scripts.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { quote } from '../../../core/quote.ts';
import type { Hash } from '../../../core/values.ts';
import { readCommand } from '../rules/command.ts';
import { ACCOUNT_FUNCTIONS, findEvent, type Stage } from '../rules/events.ts';
import { eventsOfCall } from '../rules/functions.ts';
import { enabledFor, type Hook } from '../rules/hooks.ts';
import { readAnswer, type Answer } from './answer.ts';
import { dataAfter, readEventData, type EventData } from './event-data.ts';
import { maskOf } from './secrets.ts';

export interface HooksContext {
  readonly machine: Pick<Machine, 'scripts' | 'users'>;
  readonly now: () => number;
  /** The time that each script has. */
  readonly limitMs: number;
  readonly log: (run: HookRun) => void;
}

const DEFAULT_LIMIT_SECONDS = 60;
const MAX_LIMIT_SECONDS = 3600;
const MAX_LOGGED_LENGTH = 4096;

/** Reads WHMAPI1_HOOK_SECONDS. @throws ApiError `store_unavailable` */
export function readLimit(given = ''): number {
  if (given === '') return DEFAULT_LIMIT_SECONDS * 1000;
  const seconds = Number(given);
  if (/^\d{1,4}$/.test(given) && seconds >= 1 && seconds <= MAX_LIMIT_SECONDS) return seconds * 1000;
  throw new ApiError(
    'store_unavailable',
    `The environment variable WHMAPI1_HOOK_SECONDS should be a whole number from 1 to ${MAX_LIMIT_SECONDS}. Nothing ` +
      'was changed.',
  );
}

/** Undefined if no hook is registered for the events that the call can be. */
export async function findHooks(
  db: Db,
  call: HookedCall,
  context: HooksContext,
): Promise<CallHooks | undefined> {
  const found: EventHooks[] = [];
  for (const name of eventsOfCall(call.fn.name, call.api)) {
    const [category = '', event = ''] = name.split(' ');
    const hooks = await enabledFor(db, category, event);
    if (hooks.length > 0) found.push({ name, hooks });
  }
  return found.length === 0 ? undefined : new ScriptHooks(found, call, context);
}

interface EventHooks {
  /** `CATEGORY EVENT`. */
  readonly name: string;
  /** In the order in which they run. */
  readonly hooks: readonly Hook[];
}

interface Happening extends EventHooks {
  readonly data: EventData;
}

/** A hook that has run before the call, with what it received. */
interface Done {
  readonly hook: Hook;
  readonly data: Hash;
}

class ScriptHooks implements CallHooks {
  readonly #events: readonly EventHooks[];
  readonly #call: HookedCall;
  readonly #context: HooksContext;
  readonly #mask: (text: string) => string;
  /** The events that the call is. */
  #happening: readonly Happening[] = [];

  constructor(events: readonly EventHooks[], call: HookedCall, context: HooksContext) {
    this.#events = events;
    this.#call = call;
    this.#context = context;
    this.#mask = maskOf(call);
  }

  async prepare(db: Db, expected: Hash = {}): Promise<void> {
    const { fn, args, caller } = this.#call;
    const happening: Happening[] = [];
    for (const event of this.#events) {
      const of = { db, args, expected, command: fn.name, caller: caller.user };
      const data = await readEventData(event.name, of);
      if (data !== undefined) happening.push({ ...event, data });
    }
    this.#happening = happening;
  }

  describe(): string[] {
    const sentence = ({ stage, event, category, hook }: Hook) =>
      `The script hook ${quote(hook)} would run ${stage === 'pre' ? 'before' : 'after'} the call (${category} ${event}).`;
    return [...this.#of('pre'), ...this.#of('post')].map(({ hook }) => sentence(hook));
  }

  async before(): Promise<string[]> {
    const warnings: string[] = [];
    const done: Done[] = [];
    for (const { hook, data } of this.#of('pre', ({ before }) => before)) {
      const answer = await this.#runHook(hook, data, hook.blocking);
      if (answer === undefined) continue;
      if (answer.refuses && hook.blocking && findEvent(hook.category, hook.event).isBlockable) {
        await this.#rollBack(done);
        throw this.#refusal(hook, answer);
      }
      if (answer.hasSucceeded) done.push({ hook, data });
      else warnings.push(this.#warning(hook, answer));
    }
    return warnings;
  }

  async after(data: Hash = {}, raw: string): Promise<string[]> {
    const warnings: string[] = [];
    for (const { hook, data: given } of this.#of('post', (event) => dataAfter(event, { data, raw }))) {
      const answer = await this.#runHook(hook, given, false);
      if (answer?.hasSucceeded === false) warnings.push(this.#warning(hook, answer));
    }
    return warnings;
  }

  /** The hooks of a stage with what they receive, in the order in which they run. */
  #of(stage: Stage, dataOf: (event: EventData) => Hash = () => ({})): Done[] {
    return this.#happening.flatMap(({ hooks, data }) => {
      const own = hooks.filter((hook) => hook.stage === stage);
      return own.length === 0 ? [] : own.map((hook) => ({ hook, data: dataOf(data) }));
    });
  }

  /** Undefined if the hook's check says that it should not run. */
  async #runHook(hook: Hook, data: Hash, canRefuse: boolean): Promise<Answer | undefined> {
    if (hook.check !== null) {
      const check = await this.#run(hook, 'check', hook.check, data, canRefuse);
      if (check.refuses && canRefuse) return check;
      if (!check.hasSucceeded) return undefined;
    }
    return this.#run(hook, 'hook', hook.hook, data, canRefuse);
  }

  async #rollBack(done: readonly Done[]): Promise<void> {
    for (const { hook, data } of [...done].reverse()) {
      if (hook.rollback !== null) await this.#run(hook, 'rollback', hook.rollback, data, false);
    }
  }

  /** Never throws. `isGuard`: a script that cannot be run to its end refuses the call. */
  async #run(
    hook: Hook,
    part: HookRun['part'],
    command: string,
    data: Hash,
    isGuard: boolean,
  ): Promise<Answer> {
    const { machine, now, limitMs, log } = this.#context;
    const { id, category, event, stage } = hook;
    const started = now();
    let answer: Answer;
    let status: number | null = null;
    let output: string;
    try {
      const input = `${JSON.stringify({ context: contextOf(hook), data, hook: shown(hook) })}\n`;
      const scripts = await machine.scripts();
      const as = await this.#userOf(hook);
      const result = await scripts.run(readCommand(part, command), { input, limitMs, ...(as && { as }) });
      status = result.status ?? null;
      output = result.stdout + result.stderr;
      answer = readAnswer({
        ...result,
        stdout: this.#mask(result.stdout),
        stderr: this.#mask(result.stderr),
      });
      // An account can end a script that runs as its own user.
      const isCut = result.endedBecause !== undefined || (as !== undefined && isOfSignal(result.status));
      if (isCut) answer = { ...answer, hasSucceeded: false, refuses: isGuard };
    } catch (error) {
      if (!(error instanceof MachineError || error instanceof ApiError)) throw error;
      answer = { hasSucceeded: false, refuses: isGuard, message: error.message };
      output = error.message;
    }
    log({
      ...{ time: started, xid: this.#call.xid, hook: id, category, event, stage, part, command },
      result: answer.hasSucceeded ? 1 : 0,
      status,
      duration_ms: now() - started,
      output: this.#mask(output).slice(0, MAX_LOGGED_LENGTH).toWellFormed(),
    });
    return answer;
  }

  /** Scripts for the functions of an account run as its user, unless they escalate. Undefined: as root. */
  async #userOf({ category, escalateprivs }: Hook): Promise<ScriptUser | undefined> {
    if (category !== ACCOUNT_FUNCTIONS || escalateprivs) return undefined;
    const { user } = this.#call.caller;
    const found = await (await this.#context.machine.users()).find(user);
    if (found === undefined) throw new MachineError('not_found', `The server has no user ${quote(user)}.`);
    return found;
  }

  #refusal(hook: Hook, { message }: Answer): ApiError {
    const why = message === '' ? 'It gave no reason.' : message;
    return new ApiError('hook_refused', `${this.#nameOf(hook)} refused the call: ${why}`);
  }

  #warning(hook: Hook, { message, refuses }: Answer): string {
    const why = message === '' ? '' : `: ${message}`;
    const when = hook.stage === 'pre' ? 'before' : 'after';
    const hint =
      hook.blocking && hook.stage === 'pre' && !refuses
        ? ' To refuse the call, it would have to print BAILOUT with the reason.'
        : '';
    return `${this.#nameOf(hook)} ${when} the call failed${why.replace(/\.?$/, '.')}${hint}`;
  }

  /** Only root sees the paths of scripts. */
  #nameOf({ hook }: Hook): string {
    return this.#call.caller.privileges === 'all'
      ? `The script hook ${quote(hook)}`
      : 'A script hook of this server';
  }
}

/** As timeout(1) returns it, too. */
const isOfSignal = (status: number | undefined) => status === undefined || status > 128;

function contextOf({ category, event, stage, blocking, escalateprivs }: Hook): Hash {
  return {
    ...{ category, event, stage, point: 'main' },
    ...{ blocking: Number(blocking), escalateprivs: Number(escalateprivs) },
  };
}

/** A hook as scripts see it. */
function shown({ blocking, enabled, escalateprivs, ...others }: Hook): Hash {
  return {
    ...others,
    exectype: 'script',
    ...{ blocking: Number(blocking), enabled: Number(enabled), escalateprivs: Number(escalateprivs) },
  };
}
