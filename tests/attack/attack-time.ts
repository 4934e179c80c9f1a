// How long an attack lasts: some seconds in CI, and as many minutes as `npm run attack -- --minutes=N` says.

/** @returns the duration in milliseconds. `inCi` is the one without `--minutes`. */
export function attackTime(inCi: number): number {
  const minutes = Number(process.env.WHMAPI1_ATTACK_MINUTES ?? 0);
  return minutes > 0 ? minutes * 60_000 : inCi;
}
