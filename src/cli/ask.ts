// Asks questions at the terminal. Questions go to standard error, because standard output is only for responses.
import { read } from 'read';
import { UsageError } from './usage-error.ts';

/** @throws UsageError if the user cancels (Ctrl-C, Ctrl-D). */
export async function ask(prompt: string, isSecret: boolean): Promise<string> {
  try {
    return await read({ prompt, silent: isSecret, input: process.stdin, output: process.stderr });
  } catch {
    throw new UsageError('The question was not answered, so no call was made.');
  }
}
