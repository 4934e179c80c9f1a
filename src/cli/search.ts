// `--search WORDS`: finds functions by name, description and parameters, with synonyms, and tweak settings by key and
// meaning.
import { quote } from '../core/quote.ts';
import type { FoundFunction } from '../search/index-options.ts';
import { findBoth } from '../search/ranking.ts';
import { command, functionRows, layoutFor, wrap, type Layout } from './help-layout.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { loadSearchIndex, loadSettingIndex } from './search-index.ts';
import { styleFor } from './style.ts';

/** The number of results that fits on a screen. */
const MOST = 20;

/** Prints the results, best first. @returns the exit status: 0 if there are any, 1 otherwise. */
export async function search(line: CommandLine, io: Io): Promise<number> {
  // Also accepts `--search suspend mail`, without quotes.
  const wanted = [line.search ?? '', line.command ?? '', ...line.words].join(' ').trim();
  const {
    functions: found,
    settings,
    areSettingsFirst,
  } = findBoth(wanted, await loadSearchIndex(), await loadSettingIndex());
  if (found.length + settings.length === 0) {
    const { error } = await styleFor(io.stderr, line.color, io);
    writeStderr(io, `${error(`whmapi1: no function matches ${quote(wanted)}.`)}\n`);
    writeStderr(io, 'whmapi1 --help --all names all functions.\n');
    return 1;
  }
  const layout = await layoutFor(io, line.color);
  const shown = found.slice(0, MOST - settings.length);
  const blocks = [functionRows(shown, layout), settingRows(settings.map(callOf), layout)];
  if (areSettingsFirst) blocks.reverse();
  io.stdout.write(
    blocks
      .flat()
      .map((row) => `${row}\n`)
      .join(''),
  );
  if (found.length > shown.length)
    writeStderr(io, `${found.length - shown.length} more fit, less well; more words narrow it down.\n`);
  return 0;
}

/** Converts a tweak setting to the call that sets it. */
function callOf({ name, summary, family, isProvided }: FoundFunction): FoundFunction {
  const module = family === 'Main' ? '' : ` module=${family}`;
  const note = isProvided ? 'Tweak Settings' : 'Tweak Settings; no effect on this server';
  return { name: `set_tweaksetting key=${name}${module}`, summary, family: note, isProvided: true };
}

/** On a terminal, each call is on its own line, so that it can be copied. */
function settingRows(calls: readonly FoundFunction[], layout: Layout): string[] {
  if (layout.columns === undefined) return functionRows(calls, layout);
  return calls.flatMap(({ name, summary, family }) => [
    layout.name(command(name, layout)),
    wrap(`${summary} (${family})`, layout, '      '),
  ]);
}
