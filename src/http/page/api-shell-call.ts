// A call from the API Shell. The response has all formats, so that changing the format does not repeat the call.
import type { RawArgument } from '../../core/context.ts';
import type { AnyFunction } from '../../core/define.ts';
import type { Envelope } from '../../core/envelope.ts';
import { loadRenderer, type Format } from '../../render/format.ts';
import { faultsIn } from './faults.ts';
import { toTable } from './table.ts';
import { shownFormats, type ShellAnswer, type ShownFormat } from './wire.ts';

/** The maximum number of characters of a response that a page shows. */
const MAX_LENGTH = 512 * 1024;

const renderedAs: Readonly<Record<ShownFormat, Format>> = { yaml: 'yaml', json: 'jsonpretty', xml: 'xml' };

export async function toShellAnswer(
  envelope: Envelope,
  fn: AnyFunction | undefined,
  args: readonly RawArgument[],
): Promise<ShellAnswer> {
  const { result, reason, error_code: errorCode, dry_run: dryRun, output } = envelope.metadata;
  const table = toTable(envelope);
  const texts = await Promise.all(
    shownFormats.map(async (format) => {
      const render = await loadRenderer(renderedAs[format]);
      return [format, readUpTo(MAX_LENGTH, render(envelope))] as const;
    }),
  );
  return {
    result,
    reason,
    ...(errorCode === undefined ? {} : { errorCode }),
    isDryRun: dryRun === 1,
    messages: output?.messages ?? [],
    warnings: output?.warnings ?? [],
    faults: fn === undefined ? [] : faultsIn(envelope, fn, args),
    ...(table === undefined ? {} : { table }),
    texts: Object.fromEntries(texts) as ShellAnswer['texts'],
  };
}

/** The rest of a long response is not rendered. */
function readUpTo(length: number, pieces: Iterable<string>): { text: string; isCut: boolean } {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length > length) return { text: text.slice(0, length).toWellFormed(), isCut: true };
  }
  return { text, isCut: false };
}
