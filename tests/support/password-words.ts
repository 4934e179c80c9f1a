// The words of passwords as the build has sorted them, instead of `src/ground/rules/passwords/words.ts`. Sorting them takes
// most of a second in each test file that checks a password.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SortedWords } from '../../src/ground/rules/passwords/sorted-words.ts';

const built = resolve(__dirname, '../../dist/password-words.txt');

export function loadPasswordWords(): SortedWords {
  if (!existsSync(built)) throw new Error('There is no dist/: run `npm run build` first.');
  return new SortedWords(readFileSync(built));
}
