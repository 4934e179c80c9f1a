// The envelope of every response: `metadata` and, if the function returns something, `data`.
import type { Spec } from './define.ts';
import type { ErrorCode, Fault } from './errors.ts';
import type { LongList } from './long-list.ts';
import type { Hash, Value } from './values.ts';

export interface Metadata {
  version: 1;
  reason: string;
  result: 0 | 1;
  command: string;
  error_code?: ErrorCode;
  /** 1 in a dry run: no changes were saved. */
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
  /** The key of `data` that contains the response's list. Renderers write long lists in pieces. */
  list?: string;
  /**
   * What `data` has instead of its empty list, or instead of nothing if the function has no list. Only for calls that
   * ask for it (`Call.readsLongLists`), which must close it.
   */
  longList?: LongList;
  /** The invalid parameters of a failed call, for forms. Not printed, because the reason contains the sentences. */
  faults?: readonly Fault[];
  /** The root element in XML. Default: `result`. */
  root?: string;
  /** True if the function returns `data` without an envelope, such as `loadavg`. */
  flat?: true;
  /** The error of the function that the call has made (`uapi_cpanel`): not printed, but a shell gets its exit status. */
  innerError?: ErrorCode;
  /** The blocks that a function of UAPI adds to the metadata of its response (`Context.addMetadata`). */
  ownMetadata?: Hash;
  /** Where a failed call of API 2 has its reason. */
  failureRow?: Spec['failureRow'];
}

/** The content to write: the two parts of the envelope in order, or only the data of a flat response. */
export function toPrintable(envelope: Envelope): Hash {
  if (envelope.flat === true && envelope.data !== undefined) return envelope.data;
  const metadata = envelope.metadata as unknown as Value;
  return envelope.data === undefined ? { metadata } : { metadata, data: envelope.data };
}
