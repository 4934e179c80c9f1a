// Addresses in the sentences of a dry run.

const MAX_NAMES = 20;

/** All of a few, or the first ones of many and how many more there are. */
export function firstOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  const first = names.slice(0, MAX_NAMES).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}
