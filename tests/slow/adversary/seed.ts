// Repeatable randomness: each suite prints its seed, and ADVERSARY_SEED=NUMBER runs it with that seed.

export interface Chance {
  /** A whole number from 0 to below `limit`. */
  readonly below: (limit: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
}

/** @param name of the suite, for the line that shows the seed. */
export function chanceOf(name: string): Chance {
  const given = Number(process.env.ADVERSARY_SEED);
  let state = Number.isInteger(given) && given > 0 ? given : Math.floor(Math.random() * 2 ** 31) + 1;
  process.stderr.write(`${name}: ADVERSARY_SEED=${state}\n`);
  // Mulberry32: good enough to choose the bytes to change.
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return { below, pick: (list) => list[below(list.length)] as (typeof list)[number] };
}

/** The same bytes with a few of them changed, removed, repeated or inserted. */
export function mutate(bytes: Buffer, { below, pick }: Chance): Buffer {
  let mutated = Buffer.from(bytes);
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(mutated.length + 1);
    const length = 1 + below(16);
    const [before, rest] = [mutated.subarray(0, at), mutated.subarray(at)];
    const noise = Buffer.from(Array.from({ length }, () => below(256)));
    const change = pick([
      () => [before, noise, rest],
      () => [before, rest.subarray(length)],
      () => [before, noise, rest.subarray(length)],
      () => [before, rest.subarray(0, length), rest],
      () => [before],
    ]);
    mutated = Buffer.concat(change());
  }
  return mutated;
}
