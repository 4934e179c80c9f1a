// What the time of accounts that were created one after the other went to, from the sums of `time-spent.cjs`.

export type Sums = Readonly<Record<string, number>>;
/** Milliseconds of one account, by what they went to. */
export type Parts = Readonly<Record<string, number>>;

export interface Span {
  readonly before: Sums;
  readonly after: Sums;
  /** Milliseconds of all of it. */
  readonly all: number;
  readonly accounts: number;
}

/** @param known what has a row of its own, and the sums that belong to it. */
export function partsOf(
  { before, after, all, accounts }: Span,
  known: Readonly<Record<string, readonly string[]>>,
): Parts {
  const sum = (kinds: readonly string[]) =>
    kinds.reduce((total, kind) => total + (after[kind] ?? 0) - (before[kind] ?? 0), 0);
  const parts = Object.entries(known).map(([what, kinds]): [string, number] => [what, sum(kinds)]);
  const listed = Object.values(known).flat();
  const others = Object.keys(after).filter((kind) => !listed.includes(kind) && sum([kind]) > 0);
  parts.push([`other tools (${others.join(', ')})`, sum(others)]);
  parts.push(['the rest', all - parts.reduce((total, [, one]) => total + one, 0)]);
  return Object.fromEntries([['all', all] as const, ...parts].map(([what, ms]) => [what, ms / accounts]));
}

export function showParts(few: Parts, many: Parts, titles: readonly [string, string]): void {
  console.log('\nOne after the other, ms for an account\n');
  console.log(`| what | ${titles.join(' | ')} | ratio |\n| --- | --- | --- | --- |`);
  for (const what of new Set([...Object.keys(few), ...Object.keys(many)])) {
    const [one, other] = [few[what] ?? NaN, many[what] ?? NaN];
    console.log(`| ${what} | ${one.toFixed(1)} | ${other.toFixed(1)} | ${(other / one).toFixed(2)} |`);
  }
}
