// How long a client may read a list that comes from the store while it is written.
import { ApiError } from './errors.ts';
import type { LongList } from './long-list.ts';

/** How long a client may read a list. Meanwhile, the store keeps the state that the list shows, and its log of changes grows. */
export const LONGEST_READING_MS = 30 * 60_000;

/**
 * The same list, whose reading ends after `LONGEST_READING_MS`, also if its reader pauses. A reader that continues after
 * that gets the ApiError `limit_reached`.
 */
export function withTimeLimit({ batches, preview, close }: LongList): LongList {
  let isOver = false;
  const end = () => {
    isOver = true;
    close();
  };
  const timer = setTimeout(end, LONGEST_READING_MS).unref();
  const assertInTime = () => {
    if (!isOver) return;
    const minutes = LONGEST_READING_MS / 60_000;
    throw new ApiError('limit_reached', `The list was not read to its end within ${minutes} minutes.`);
  };
  const inTime = function* (several: Iterable<string>) {
    assertInTime();
    for (const batch of several) {
      yield batch;
      assertInTime();
    }
  };
  return {
    batches: inTime(batches),
    preview: () => inTime(preview()),
    close: () => {
      clearTimeout(timer);
      close();
    },
  };
}
