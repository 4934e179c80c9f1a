// Questions at the terminal. They go to standard error, so that standard output holds answers alone.
import { read } from 'read';
import { UsageError } from './usage-error.ts';

/** @throws UsageError where the person ends the question (Ctrl-C, Ctrl-D). */
export async function ask(prompt: string, isSecret: boolean): Promise<string> {
  try {
    return await read({ prompt, silent: isSecret, input: process.stdin, output: process.stderr });
  } catch {
    throw new UsageError('The question was not answered, so no call was made.');
  }
}
