// Answers that came from the store alone are remembered while the store stands still: a program that asks the same again
// and again costs a look at the store's state a call.
//
// Why an answer from memory is the one that the call would have: it depends on who asks, on what was sent, and on the
// store, since its function changes nothing and its handler used nothing else (`watched-call.ts`). The first two are
// the key, letter by letter. The state of the store was read before the first call read the store; while it is still
// the same, nobody has changed what that call saw. A state that does not stay the same from before a call to after
// it, as that of a store which can't tell whether it has changed, makes nothing worth keeping. A handler that uses the
// clock or the machine as well can say how long its response is valid (`FreeContext.validUntil`).
//
// The same holds for a call that passes its arguments on to a function of an account (`uapi_cpanel`, `cpanel`) if that
// function reads: the account's owner, its features and the account itself are in the store, too.
//
// Each call is identified before it comes here, and has its own lines in the audit log: a call as an account has two.
import type { IncomingMessage } from 'node:http';
import type { Application } from '../app.ts';
import type { AuditRecord } from '../core/audit.ts';
import type { Caller, Origin } from '../core/context.ts';
import type { Engine } from '../core/engine.ts';
import { ApiError } from '../core/errors.ts';
import type { Answer, WholeAnswer } from './answers.ts';
import type { Accepted } from './authentication.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Body } from './call.ts';
import type { RepeatedRequests } from './repeated-requests.ts';
import { WatchedCall } from './watched-call.ts';

/** Everything that a response depends on, other than the store. */
export interface Question {
  readonly request: IncomingMessage;
  /** The function, if the path names it. Otherwise empty. */
  readonly command: string;
  /** The path as sent. It also determines the function and the format. */
  readonly url: string;
  readonly query: string;
  readonly body: Body | undefined;
}

interface Remembered {
  readonly answer: WholeAnswer;
  /** The state of the store before the call read it. */
  readonly state: string;
  /** Its lines in the audit log. */
  readonly records: readonly AuditRecord[];
  /** When the call was made, and until when its response is valid. */
  readonly from: number;
  readonly until: number;
  /** The same for each origin. */
  readonly recordsOf: WeakMap<Origin, readonly AuditRecord[]>;
}

/** A server with both HTTPS and HTTP has two caches. */
const BOUNDS = { entries: 1000, size: 16 * 1024 * 1024 };
/** The approximate size of an entry without its response and key. */
const OVERHEAD = 1024;
/** Longer requests are not cached, because they are unlikely to be repeated. */
const LONGEST_QUESTION = 8 * 1024;

/** Runs the call with the given engine. */
type Make = (engine: Engine) => Promise<Answer>;

export class RememberedAnswers {
  readonly #application: Application;
  readonly #repeated: RepeatedRequests;
  readonly #remembered = new BoundedCache<Remembered>(BOUNDS);
  readonly #callers = new WeakMap<Caller, string>();
  /** Functions that change something: nothing is remembered of them. */
  readonly #changing = new Set<string>();

  /** `repeated` gets the requests whose response comes from here. */
  constructor(application: Application, repeated: RepeatedRequests) {
    this.#application = application;
    this.#repeated = repeated;
  }

  /** Returns the cached response, or the one from `make`. */
  async answer(question: Question, sender: Accepted, make: Make): Promise<Answer> {
    const { engine } = this.#application;
    if (this.#changing.has(question.command)) return make(engine);
    // Warnings about how this call was sent belong only to its own response.
    if (sender.warnings.length > 0 || lengthOf(question) > LONGEST_QUESTION) return make(engine);
    const started = engine.now();
    const key = this.#keyOf(sender.caller, question);
    const state = sender.holds?.state ?? (await this.#application.storeState());
    const known = this.#remembered.get(key);
    // A clock that was set back counts as an end, too.
    const isValid = known?.state === state && known.from <= started && started < known.until;
    if (!isValid) return this.#makeAndKeep(question, { key, state }, make);
    try {
      const now = engine.now();
      const records = recordsOf(known, sender.origin);
      for (const record of records) {
        const moment = { time: now, xid: engine.newXid(), duration_ms: now - started };
        await this.#application.auditAgain(record, moment);
      }
      if (sender.holds !== undefined) {
        const until = Math.min(known.until, sender.holds.until);
        this.#repeated.keep(question.request, {
          answer: known.answer,
          state,
          from: known.from,
          until,
          records,
        });
      }
      return known.answer;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // If the audit line cannot be written, run the call again so that it reports the error.
      return this.#makeAndKeep(question, { key, state }, make);
    }
  }

  async #makeAndKeep(
    { command }: Question,
    { key, state }: { readonly key: string; readonly state: string },
    make: Make,
  ): Promise<Answer> {
    const { engine } = this.#application;
    const call = new WatchedCall(engine);
    const from = engine.now();
    const answer = await make(call.engine);
    // Only names of functions, so there is a limit to them.
    if (call.changes && command !== '') this.#changing.add(command);
    const repeatable = call.repeatable;
    if (repeatable !== undefined && state === (await this.#application.storeState())) {
      this.#keep(key, answer, { state, ...repeatable, from, recordsOf: new WeakMap() });
    }
    return answer;
  }

  #keep(key: string, { type, body }: Answer, rest: Omit<Remembered, 'answer'>): void {
    if (typeof body === 'string' || Buffer.isBuffer(body)) {
      const answer = { type, body };
      this.#remembered.set(key, { answer, ...rest }, body.length + key.length + OVERHEAD);
    }
  }

  /** One part per line. Only the last can have several lines, so that parts cannot be confused. */
  #keyOf(caller: Caller, { url, body }: Question): string {
    const asked = `${this.#callerText(caller)}\n${url}`;
    return body === undefined ? asked : `${asked}\n${body.type}\n${body.text}`;
  }

  /** Everything that is known about the caller. */
  #callerText(caller: Caller): string {
    let text = this.#callers.get(caller);
    if (text === undefined) {
      text = JSON.stringify(caller, (_name, value: unknown) =>
        value instanceof Set ? [...value].sort() : value,
      );
      this.#callers.set(caller, text);
    }
    return text;
  }
}

function lengthOf({ url, body }: Question): number {
  return url.length + (body === undefined ? 0 : body.text.length);
}

function recordsOf({ records, recordsOf: ofOrigins }: Remembered, origin: Origin): readonly AuditRecord[] {
  let known = ofOrigins.get(origin);
  if (known === undefined) {
    known = records.map((record) => ({ ...record, ...origin }));
    ofOrigins.set(origin, known);
  }
  return known;
}
