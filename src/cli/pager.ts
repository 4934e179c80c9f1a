// Long texts on a terminal, a screen at a time.
import type { Io } from './io.ts';

/** Writes a text, through a pager if it is longer than the terminal is high. PAGER names the pager; empty or `cat`: none. */
export async function printPaged(text: string, io: Io): Promise<void> {
  const size = io.stdout.isTerminal() ? io.stdout.size?.() : undefined;
  if (size !== undefined && io.showPaged !== undefined && text.split('\n').length > size.rows) {
    for (const [program = '', ...words] of await pagers(io.environment.PAGER)) {
      if (io.showPaged(program, words, text)) return;
    }
  }
  io.stdout.write(text);
}

/** Programs with their arguments, to be tried in this order. No shell reads PAGER. */
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
