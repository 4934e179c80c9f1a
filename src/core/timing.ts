// The clock and the timer for work that waits. Tests have their own.

/** In milliseconds. */
export interface Timing {
  readonly now: () => number;
  /** `ref: false`: the process need not wait for the end of the pause to end itself. */
  readonly pause: (duration: number, options?: { readonly ref: boolean }) => Promise<unknown>;
}

export const realTiming: Timing = {
  now: () => performance.now(),
  pause: (duration, { ref } = { ref: true }) =>
    new Promise((resume) => {
      const timer = setTimeout(resume, duration);
      if (!ref) timer.unref();
    }),
};
