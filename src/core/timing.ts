// The clock and the timer for work that waits. Tests have their own.

/** In milliseconds. */
export interface Timing {
  readonly now: () => number;
  /** `ref: false`: the process need not wait for the end of the pause to end itself. */
  readonly pause: (duration: number, options?: { readonly ref: boolean }) => Promise<unknown>;
}

/** Longer than this many times its duration, shared work never rests. */
const MAX_REST = 4;

/**
 * How long work that others can share rests before it is repeated: as long as it took, times the number that shared it,
 * but at most four times as long. It therefore takes a fifth of the time when many need it at once, and those that come
 * one after the other wait only a little.
 */
export function restAfter(duration: number, sharedBy: number): number {
  return Math.min(sharedBy, MAX_REST) * duration;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  pause: (duration, { ref } = { ref: true }) =>
    new Promise((resume) => {
      const timer = setTimeout(resume, duration);
      if (!ref) timer.unref();
    }),
};
