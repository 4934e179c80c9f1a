// `--search WORDS`: finds functions by name, by what they do and by their parameters, in the words people use.
import { quote } from '../core/quote.ts';
import { find } from '../search/ranking.ts';
import { functionRows, layoutFor } from './help-layout.ts';
import { tell, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { loadSearchIndex } from './search-index.ts';
import { styleFor } from './style.ts';

/** As many as fit on a screen. */
const MOST = 20;

/** Prints what fits best first. @returns the exit status: 0 where there is something, 1 where there is nothing. */
export async function search(line: CommandLine, io: Io): Promise<number> {
  // `--search suspend mail`, without quotes, is meant as well.
  const wanted = [line.search ?? '', line.command ?? '', ...line.words].join(' ').trim();
  const found = find(wanted, await loadSearchIndex());
  if (found.length === 0) {
    const { error } = await styleFor(io.stderr, line.color, io);
    tell(io, `${error(`whmapi1: no function fits ${quote(wanted)}.`)}\n`);
    tell(io, 'whmapi1 --help --all names all functions.\n');
    return 1;
  }
  const layout = await layoutFor(io, line.color);
  io.stdout.write(`${functionRows(found.slice(0, MOST), layout).join('\n')}\n`);
  if (found.length > MOST)
    tell(io, `${found.length - MOST} more fit, less well; more words narrow it down.\n`);
  return 0;
}
