// Reads the most frequent command lines without commander, which takes 1.5 ms for the same result.
import { formats, type Format } from '../render/format.ts';
import type { CommandLine } from './options.ts';

const USER = '--user=';

/**
 * Reads `FUNCTION [key=value ...]` with no options except `--output=FORMAT` and `--user=NAME`. Undefined for any other
 * line, which commander must read.
 */
export function readPlainLine(argv: readonly string[]): CommandLine | undefined {
  let output: Format = 'yaml';
  let user: string | undefined;
  const words: string[] = [];
  for (const word of argv) {
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    if (word.startsWith(USER)) {
      user = word.slice(USER.length);
      continue;
    }
    const format = formats.find((one) => word === `--output=${one}`);
    if (format === undefined) return undefined;
    output = format;
  }
  const command = words.shift();
  if (command === undefined) return undefined;
  return {
    output,
    quiet: false,
    filters: [],
    files: [],
    dryRun: false,
    confirm: false,
    help: false,
    all: false,
    openapi: false,
    migrateStore: false,
    version: false,
    verbose: false,
    remote: { hosts: [], pins: [], failfast: false },
    configure: false,
    color: 'auto',
    ...(user === undefined ? {} : { user }),
    command,
    words,
  };
}
