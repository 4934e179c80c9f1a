// AutoSSL rests for seconds between two looks at an order. pebble needs milliseconds for it, so these rests are shorter in
// the tests that import this file. They still depend on what the issuer asks for.
import type * as challenges from '../../src/capabilities/certificates/driver/acme/challenges.ts';

/** So many times. */
export const SHORTER = 10;

jest.mock('../../src/capabilities/certificates/driver/acme/challenges.ts', () => {
  const actual: typeof challenges = jest.requireActual(
    '../../src/capabilities/certificates/driver/acme/challenges.ts',
  );
  return {
    ...actual,
    pause: (milliseconds: number, signal: AbortSignal) => actual.pause(milliseconds / SHORTER, signal),
  };
});
