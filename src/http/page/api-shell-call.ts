// A call from the API Shell, answered in every format at once: a change of format must not make the call again.
import type { Envelope } from '../../core/envelope.ts';
import { loadRenderer, type Format } from '../../render/format.ts';
import { shownFormats, type ShellAnswer, type ShownFormat } from './wire.ts';

/** As many characters of an answer as a page shows. */
const LONGEST = 512 * 1024;

const renderedAs: Readonly<Record<ShownFormat, Format>> = { yaml: 'yaml', json: 'jsonpretty', xml: 'xml' };

export async function toShellAnswer(envelope: Envelope): Promise<ShellAnswer> {
  const { result, reason, dry_run: dryRun } = envelope.metadata;
  const texts = await Promise.all(
    shownFormats.map(async (format) => {
      const render = await loadRenderer(renderedAs[format]);
      return [format, readUpTo(LONGEST, render(envelope))] as const;
    }),
  );
  return {
    result,
    reason,
    isDryRun: dryRun === 1,
    texts: Object.fromEntries(texts) as ShellAnswer['texts'],
  };
}

/** The rest of a long answer is not even written. */
function readUpTo(length: number, pieces: Iterable<string>): { text: string; isCut: boolean } {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length > length) return { text: text.slice(0, length).toWellFormed(), isCut: true };
  }
  return { text, isCut: false };
}
