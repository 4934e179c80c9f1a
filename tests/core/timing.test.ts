// How long shared work rests.
import { restAfter } from '../../src/core/timing.ts';

it.each([
  [1, 300],
  [2, 600],
  [4, 1200],
  [5, 1200],
  [1000, 1200],
])('work of 300 ms that %d shared rests %d ms', (sharedBy, rest) => {
  expect(restAfter(300, sharedBy)).toBe(rest);
});
