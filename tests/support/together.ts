// Tests that run at the same time, because each of them waits for other processes most of the time. Jest’s own
// `test.concurrent` cannot load modules meanwhile.
import { parallel } from './command.ts';

type Test = readonly [name: string, test: () => Promise<void>];

/**
 * Runs the tests, with this many at the same time, and then reports each of them. They share nothing that they change.
 * One process must not undo the plans of two state directories at once: `oneByOne`.
 */
export function together(atOnce: number, tests: readonly Test[]): void {
  let outcomes: readonly PromiseSettledResult<void>[] = [];
  beforeAll(async () => {
    outcomes = (await parallel(tests, atOnce, ([, test]) => Promise.allSettled([test()]))).flat();
  });
  it.each(tests.map(([name], at) => [name, at] as const))('%s', (_name, at) => {
    const outcome = outcomes[at];
    if (outcome?.status !== 'fulfilled') throw outcome?.reason ?? new Error('It has not run.');
  });
}

/** @returns a function that begins each work once the one before has ended. */
export function oneByOne(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next;
    return next;
  };
}
