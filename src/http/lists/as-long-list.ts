// A long list that a function has made as a whole: as text, which the server passes on. It would parse the objects of
// another process at once, and write them again.
import type { Envelope } from '../../core/envelope.ts';
import { isHash, type Hash } from '../../core/values.ts';

/** Shorter lists stay as they are. */
const LONG = 1000;
const BATCH = 200;

export function withLongList(envelope: Envelope): Envelope {
  const { data, list, longList } = envelope;
  const records = list === undefined ? undefined : data?.[list];
  if (longList !== undefined || list === undefined || !Array.isArray(records)) return envelope;
  if (records.length <= LONG || !records.every(isHash) || !haveSameFields(records)) return envelope;
  const batches = function* () {
    for (let at = 0; at < records.length; at += BATCH) yield JSON.stringify(records.slice(at, at + BATCH));
  };
  return {
    ...envelope,
    data: { ...data, [list]: [] },
    longList: { batches: batches(), preview: batches, close: () => undefined },
  };
}

/** As `LongList` has them. */
function haveSameFields([first = {}, ...others]: readonly Hash[]): boolean {
  const fields = Object.keys(first);
  return others.every((record) => {
    const own = Object.keys(record);
    return own.length === fields.length && own.every((field, at) => field === fields[at]);
  });
}
