// What is told of one call beside its data: warnings, messages, the reason. It becomes the metadata of the envelope.
import type { Call, Context } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Envelope, Metadata } from './envelope.ts';
import type { ApiError } from './errors.ts';
import { printable } from './function-name.ts';
import type { Counts } from './shape.ts';
import type { Hash } from './values.ts';

export type Outcome =
  | { readonly ok: true; readonly data: Hash | undefined; readonly extra: Partial<Metadata> }
  | { readonly ok: false; readonly error: ApiError };

export class Report {
  readonly warnings: string[];
  readonly messages: string[] = [];
  /** Of a list that the handler has shaped itself. */
  counts: Counts | undefined;
  /** The task that the handler has started. */
  task: number | undefined;
  #reason = 'OK';
  #raw: string | undefined;
  /** How many of the warnings are not the handler's. */
  #beforeHandler = 0;

  constructor(warnings: readonly string[]) {
    this.warnings = [...warnings];
  }

  /** The warnings until now stay when the handler is run again. */
  keepWarnings(): void {
    this.#beforeHandler = this.warnings.length;
  }

  /** The store runs a transaction again where another has got in its way: what the first try said is not true. */
  restart(): void {
    this.warnings.length = this.#beforeHandler;
    this.messages.length = 0;
    this.#reason = 'OK';
    this.#raw = undefined;
    this.counts = undefined;
    this.task = undefined;
  }

  /** What the handler says it with. */
  voice(): Pick<Context, 'warn' | 'inform' | 'raw' | 'reason' | 'answered'> {
    return {
      warn: (sentence) => this.warnings.push(sentence),
      inform: (sentence) => this.messages.push(sentence),
      raw: (text) => {
        this.#raw = text;
      },
      reason: (sentence) => {
        this.#reason = sentence;
      },
      answered: (counts) => {
        this.counts = counts;
      },
    };
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
    // What the handler said of what it did is not true of a call that failed.
    if (!outcome.ok && !outcome.error.keepsChanges) this.messages.length = 0;
    const output = {
      ...(outcome.ok && this.#raw !== undefined ? { raw: this.#raw } : {}),
      ...(this.warnings.length > 0 ? { warnings: this.warnings } : {}),
      ...(this.messages.length > 0 ? { messages: this.messages } : {}),
    };
    if (Object.keys(output).length > 0) metadata.output = output;
    const data = outcome.ok ? outcome.data : (outcome.error.data ?? fn?.failureData);
    return {
      metadata,
      ...(data === undefined ? {} : { data }),
      ...(fn?.list === undefined ? {} : { list: fn.list }),
      ...(outcome.ok || outcome.error.faults.length === 0 ? {} : { faults: outcome.error.faults }),
      ...(fn?.flat === true && outcome.ok ? { flat: true } : {}),
    };
  }
}
