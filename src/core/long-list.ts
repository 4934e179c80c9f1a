// The list, or the map, of a response that is read from the store while it is written. It is never in memory as a
// whole. The response has an empty one in its place.
import type { Hash, Value } from './values.ts';

export interface LongList {
  /**
   * Lists, or hashes for a map, as JSON.stringify writes them. None is empty, and there is at least one. All records
   * have the same fields. They can be read once.
   */
  readonly batches: Iterable<string>;
  /** The same batches, for whoever needs to know all of them before writing. Called before `batches` has been read. */
  readonly preview: () => Iterable<string>;
  /** True if the batches are read from the store one by one. False if all of them are in memory. */
  readonly isKept?: true;
  /** Ends the reading. It may have ended before. */
  readonly close: () => void;
}

export function* itemsOf({ batches }: Pick<LongList, 'batches'>): Generator<Value> {
  for (const batch of batches) yield* JSON.parse(batch) as Value[];
}

export function* entriesOf({ batches }: Pick<LongList, 'batches'>): Generator<[string, Value]> {
  for (const batch of batches) yield* Object.entries(JSON.parse(batch) as Hash);
}
