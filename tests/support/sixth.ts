// Some tests try the same at very many places: a kill after each step, each function. `npm test` and CI try one place in
// six, another sixth each day. `npm run soak` tries all. WHMAPI1_SIXTH, 0 to 5, repeats the choice of another day.
const DAY_MS = 86_400_000;
export const isSoak = process.env.WHMAPI1_SOAK !== undefined;
const chosen = Number(process.env.WHMAPI1_SIXTH ?? Math.floor(Date.now() / DAY_MS) % 6);

/** The first place that is tried, if places are counted from 1. */
export const FIRST_PLACE = isSoak ? 1 : 1 + chosen;

/** How many places the next one is away. */
export const PLACES = isSoak ? 1 : 6;

/** The cases that are tried: at least one. */
export function sixth<T>(cases: readonly T[]): T[] {
  const first = isSoak ? 0 : chosen % Math.min(PLACES, cases.length);
  return cases.filter((_case, at) => at % PLACES === first);
}
