// Collects what a call reports besides its data: warnings, messages, the reason. It becomes the envelope's metadata.
import type { Call, Context } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Envelope, Metadata } from './envelope.ts';
import type { MadeBeside } from './engine.ts';
import { ApiError, type ErrorCode } from './errors.ts';
import { printable } from './function-name.ts';
import type { LongList } from './long-list.ts';
import type { Counts } from './shape.ts';
import type { Hash } from './values.ts';

export type Outcome =
  | { readonly ok: true; readonly data: Hash | undefined; readonly extra: Partial<Metadata> }
  | { readonly ok: false; readonly error: ApiError };

export class Report {
  readonly warnings: string[];
  readonly messages: string[] = [];
  /** The counts of a list that the handler has filtered, sorted and paged itself. */
  counts: Counts | undefined;
  /** The list of the response, if it is read while the response is written. */
  longList: LongList | undefined;
  /** The task that the handler has started. */
  task: number | undefined;
  /** The error of the function that the call has made. */
  innerError: ErrorCode | undefined;
  #metadata: Hash = {};
  #reason = 'OK';
  #raw: string | undefined;
  /** The number of warnings from before the machine was read. */
  #beforeLook = 0;
  /** The numbers of warnings and messages from before the handler ran. */
  #beforeHandler = 0;
  #messagesBeforeHandler = 0;

  constructor(warnings: readonly string[]) {
    this.warnings = [...warnings];
  }

  /** Keeps the present warnings if the handler runs again. */
  keepWarnings(): void {
    this.#beforeLook = this.warnings.length;
    this.#beforeHandler = this.warnings.length;
  }

  /** Adds warnings that stay, however often the machine is read and the handler runs. */
  addLasting(warnings: readonly string[]): void {
    const lasting = this.warnings.slice(0, this.#beforeLook);
    const added = warnings.filter((warning) => !lasting.includes(warning));
    this.warnings.splice(this.#beforeLook, 0, ...added);
    this.#beforeLook += added.length;
    this.#beforeHandler += added.length;
  }

  /** Discards what an earlier look reported. */
  restartLook(): void {
    this.warnings.length = this.#beforeLook;
    this.messages.length = 0;
    this.#messagesBeforeHandler = 0;
    this.#beforeHandler = this.#beforeLook;
  }

  /** Keeps what the look reported if the handler runs again. */
  keepLook(): void {
    this.#beforeHandler = this.warnings.length;
    this.#messagesBeforeHandler = this.messages.length;
  }

  /** Discards what the handler reported. The store runs a transaction again if another one conflicted with it. */
  restart(): void {
    this.warnings.length = this.#beforeHandler;
    this.messages.length = this.#messagesBeforeHandler;
    this.#reason = 'OK';
    this.#raw = undefined;
    this.counts = undefined;
    this.longList?.close();
    this.longList = undefined;
    this.task = undefined;
    this.innerError = undefined;
    this.#metadata = {};
  }

  /** Returns the context functions through which a handler reports. */
  voice(): Pick<Context, 'warn' | 'inform' | 'raw' | 'reason' | 'addMetadata' | 'reportCounts'> {
    return {
      warn: (sentence) => this.warnings.push(sentence),
      inform: (sentence) => this.messages.push(sentence),
      raw: (text) => {
        this.#raw = text;
      },
      reason: (sentence) => {
        this.#reason = sentence;
      },
      addMetadata: (block) => {
        this.#metadata = { ...this.#metadata, ...block };
      },
      reportCounts: (counts) => {
        this.counts = counts;
      },
    };
  }

  /** Takes over what another process has made of the call. @throws ApiError if the call has failed there. */
  adopt({ envelope, longList }: MadeBeside): Outcome {
    const { metadata, data, faults = [], ownMetadata = {} } = envelope;
    const { reason, result, error_code: code, filter, chunk, output = {} } = metadata;
    this.warnings.splice(0, Infinity, ...(output.warnings ?? []));
    this.messages.splice(0, Infinity, ...(output.messages ?? []));
    if (result === 0) {
      const error = new ApiError(code ?? 'internal', reason, {
        faults,
        ...(data === undefined ? {} : { data }),
      });
      return { ok: false, error };
    }
    this.#reason = reason;
    this.#raw = output.raw;
    this.#metadata = ownMetadata;
    this.longList = longList;
    const extra = { ...(filter === undefined ? {} : { filter }), ...(chunk === undefined ? {} : { chunk }) };
    return { ok: true, data, extra };
  }

  /** The report for people that the handler has set. Empty if there is none. */
  get rawText(): string {
    return this.#raw ?? '';
  }

  envelope({ command, dryRun }: Call, fn: AnyFunction | undefined, outcome: Outcome): Envelope {
    const metadata: Metadata = {
      version: 1,
      reason: outcome.ok ? this.#reason : outcome.error.message,
      result: outcome.ok ? 1 : 0,
      command: printable(command),
    };
    if (!outcome.ok) metadata.error_code = outcome.error.code;
    if (dryRun) metadata.dry_run = 1;
    if (outcome.ok && this.task !== undefined && !dryRun) metadata.task = this.task;
    if (outcome.ok) Object.assign(metadata, outcome.extra);
    // Messages about changes are wrong if the call failed and its changes were rolled back.
    if (!outcome.ok && !outcome.error.keepsChanges) this.messages.length = 0;
    const output = {
      ...(outcome.ok && this.#raw !== undefined ? { raw: this.#raw } : {}),
      ...(this.warnings.length > 0 ? { warnings: this.warnings } : {}),
      ...(this.messages.length > 0 ? { messages: this.messages } : {}),
    };
    if (Object.keys(output).length > 0) metadata.output = output;
    const data = outcome.ok ? outcome.data : (outcome.error.data ?? fn?.failureData);
    if (!outcome.ok) this.longList?.close();
    return {
      metadata,
      ...(data === undefined ? {} : { data }),
      ...(fn?.list === undefined ? {} : { list: fn.list }),
      ...(outcome.ok && this.longList !== undefined ? { longList: this.longList } : {}),
      ...(outcome.ok || outcome.error.faults.length === 0 ? {} : { faults: outcome.error.faults }),
      ...(fn?.flat === true && (outcome.ok || outcome.error.data !== undefined) ? { flat: true } : {}),
      ...(fn?.failureRow === undefined ? {} : { failureRow: fn.failureRow }),
      ...(this.innerError === undefined ? {} : { innerError: this.innerError }),
      ...(Object.keys(this.#metadata).length === 0 ? {} : { ownMetadata: this.#metadata }),
    };
  }
}

/** The envelope of a call that could not start, for example because the state directory cannot be used. */
export function failure(call: Call, error: ApiError): Envelope {
  const { message: reason, code } = error;
  return { metadata: { version: 1, reason, result: 0, command: printable(call.command), error_code: code } };
}
