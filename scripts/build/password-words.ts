// Ranks the words of passwords at build time, as a sorted file that a call searches and does not parse.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import { rankings } from '../../src/ground/rules/passwords/words.ts';
import { sortWords } from '../../src/ground/rules/passwords/sorted-words.ts';

const FILE = 'password-words.txt';

/** Writes the file below `dist`. */
export function writePasswordWords(dist: string): void {
  writeFileSync(join(dist, FILE), sortWords(rankings));
}

/** The module that reads it, in place of the one that makes it. */
export function passwordWordsReader(top: string): Plugin {
  return {
    name: 'password words',
    setup(build) {
      build.onLoad({ filter: /\/src\/ground\/rules\/passwords\/words\.ts$/ }, () => ({
        resolveDir: join(top, 'src/ground/rules/passwords'),
        loader: 'ts',
        contents: `
          import { readFileSync } from 'node:fs';
          import { SortedWords } from './sorted-words.ts';
          export const loadPasswordWords = () => new SortedWords(readFileSync(\`\${__dirname}/${FILE}\`));`,
      }));
    },
  };
}
