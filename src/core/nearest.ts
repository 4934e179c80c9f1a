// Finds known names that are similar to a mistyped one.
import { distance } from 'fastest-levenshtein';

/**
 * At most `count` known names within about a third of the word's length of it, nearest first. A name that has no letter
 * in common with the word is never similar.
 */
export function nearest(word: string, known: readonly string[], count = 3): string[] {
  // A longer word is not a typo, and measuring it would take time in proportion to its length.
  if (word.length > 100) return [];
  const most = Math.max(2, Math.floor(word.length / 3));
  return known
    .map((name) => ({ name, edits: distance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= most && edits < Math.max(word.length, name.length))
    .sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}
