// Shows long texts on a terminal one screen at a time.
import type { Io } from './io.ts';

/**
 * Writes a text, in a pager if it has more lines than the terminal. PAGER names the pager. Empty or `cat`: no pager.
 */
export async function printPaged(text: string, io: Io): Promise<void> {
  const size = io.stdout.isTerminal() ? io.stdout.size?.() : undefined;
  if (size !== undefined && io.showPaged !== undefined && text.split('\n').length > size.rows) {
    for (const [program = '', ...words] of await pagers(io.environment.PAGER)) {
      if (io.showPaged(program, words, text)) return;
    }
  }
  io.stdout.write(text);
}

/** Returns programs with their arguments, in the order in which to try them. PAGER is not interpreted by a shell. */
async function pagers(named: string | undefined): Promise<string[][]> {
  if (named === undefined) return [['less'], ['more']];
  const { split } = await import('shlex');
  try {
    const words = split(named);
    return words.length === 0 || words[0] === 'cat' ? [] : [words];
  } catch {
    // A quote is not closed.
    return [];
  }
}
