import { absent } from './absent.generated.ts';
import { families } from './families.generated.ts';

/** Returns the title of the family of a function that is known but not provided here. */
export function familyOfAbsent(command: string): string | undefined {
  const row = Object.hasOwn(absent, command) ? absent[command] : undefined;
  return row === undefined ? undefined : families[row.family]?.title;
}
