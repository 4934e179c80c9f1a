// Responses to the calls of the native commands, remembered by the rules of `remembered-answers.ts`: what came from the store
// alone is given again while the store stands still, and each call has its own lines in the audit log. A call is watched
// when it comes for the second time, because most calls are made once.
import type { Application } from '../app.ts';
import type { AuditRecord } from '../core/audit.ts';
import type { Engine } from '../core/engine.ts';
import type { Envelope } from '../core/envelope.ts';
import { ApiError } from '../core/errors.ts';
import { BoundedCache } from './bounded-cache.ts';
import { WatchedCall } from './watched-call.ts';

interface Remembered {
  /** As JSON, so that nobody can change it. */
  readonly envelope: string;
  /** The state of the store before the call read it. */
  readonly state: string;
  readonly records: readonly AuditRecord[];
  /** When the call was made, and until when its response is valid. */
  readonly from: number;
  readonly until: number;
}

const BOUNDS = { entries: 1000, size: 4 * 1024 * 1024 };
/** The approximate size of an entry without its response and key. */
const OVERHEAD = 1024;
/** Longer calls are not remembered, because they are unlikely to be repeated. */
const LONGEST_KEY = 8 * 1024;

export class RememberedCalls {
  readonly #application: Pick<Application, 'storeState'>;
  readonly #remembered = new BoundedCache<Remembered>(BOUNDS);
  /** The state of the store at the latest call that is not remembered. */
  readonly #seen = new BoundedCache<string>(BOUNDS);

  constructor(application: Pick<Application, 'storeState'>) {
    this.#application = application;
  }

  /** @param key all that the response depends on, besides the store. @param make runs the call with the given engine. */
  async run(engine: Engine, key: string, make: (engine: Engine) => Promise<Envelope>): Promise<Envelope> {
    if (key.length > LONGEST_KEY) return make(engine);
    const started = engine.now();
    const state = await this.#state();
    if (state === undefined) return make(engine);
    const known = this.#remembered.get(key);
    const isValid = known?.state === state && known.from <= started && started < known.until;
    if (!isValid) {
      if (this.#seen.get(key) === state) return this.#makeAndKeep(engine, key, state, make);
      this.#seen.set(key, state, key.length + OVERHEAD);
      return make(engine);
    }
    // A warning about the disk belongs to the call of this moment.
    if (engine.spaceWarning?.() !== undefined) return make(engine);
    try {
      const time = engine.now();
      for (const record of known.records)
        await engine.audit({ ...record, time, xid: engine.newXid(), duration_ms: time - started }, 'read');
      return JSON.parse(known.envelope) as Envelope;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // If an audit line cannot be written, the call reports it.
      return make(engine);
    }
  }

  /** Undefined if the store cannot be used: the call says so, if it needs the store. */
  async #state(): Promise<string | undefined> {
    try {
      return await this.#application.storeState();
    } catch (error) {
      if (error instanceof ApiError) return undefined;
      throw error;
    }
  }

  async #makeAndKeep(
    engine: Engine,
    key: string,
    state: string,
    make: (engine: Engine) => Promise<Envelope>,
  ): Promise<Envelope> {
    const call = new WatchedCall(engine);
    const from = engine.now();
    const envelope = await make(call.engine);
    const { repeatable } = call;
    const isWhole = envelope.longList === undefined && envelope.metadata.output?.warnings === undefined;
    if (repeatable !== undefined && isWhole && state === (await this.#state())) {
      const text = JSON.stringify(envelope);
      const size = text.length + key.length + OVERHEAD;
      this.#remembered.set(key, { envelope: text, state, from, ...repeatable }, size);
    }
    return envelope;
  }
}
