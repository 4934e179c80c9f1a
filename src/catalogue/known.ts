import { absent } from './absent.generated.ts';
import { families } from './families.generated.ts';

/** Returns the family of a function that is known but not provided here. */
export function familyOfAbsent(command: string): { readonly of: string } | undefined {
  const row = Object.hasOwn(absent, command) ? absent[command] : undefined;
  const title = row && families[row.family]?.title;
  return title === undefined ? undefined : { of: `the family “${title}”` };
}
