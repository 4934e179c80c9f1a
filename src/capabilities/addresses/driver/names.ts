// Lists addresses in the sentences of a dry run.

const MAX_NAMES = 20;

/** A short list in full, or the first addresses of a long one and the number of the rest. */
export function firstOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  const first = names.slice(0, MAX_NAMES).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}
