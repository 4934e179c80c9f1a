// The envelope of every answer: `metadata` and, where the function returns something, `data`.
import type { ErrorCode, Fault } from './errors.ts';
import type { Hash, Value } from './values.ts';

export interface Metadata {
  version: 1;
  reason: string;
  result: 0 | 1;
  command: string;
  error_code?: ErrorCode;
  /** 1 when the call was checked and run, and its changes taken back. */
  dry_run?: 1;
  /** The task that the call has started. */
  task?: number;
  output?: { raw?: string; warnings?: string[]; messages?: string[] };
  filter?: { filtered: number };
  chunk?: { records: number; size: number; start: number; current: number; chunks: number };
}

export interface Envelope {
  metadata: Metadata;
  data?: Hash;
  /** The key of `data` that holds the answer's list: renderers write a long one out in pieces. */
  list?: string;
  /** The wrong parameters of a call that failed, for forms. They are not printed: the reason has the sentences. */
  faults?: readonly Fault[];
  /** The root element in XML; `result` unless told. */
  root?: string;
  /** True where the function answers `data` bare, without an envelope (protocol: `loadavg`). */
  flat?: true;
}

/** What is written out: the envelope's two parts in their order, or the bare data of a flat answer. */
export function toPrintable(envelope: Envelope): Hash {
  if (envelope.flat === true && envelope.data !== undefined) return envelope.data;
  const metadata = envelope.metadata as unknown as Value;
  return envelope.data === undefined ? { metadata } : { metadata, data: envelope.data };
}
