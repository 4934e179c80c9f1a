// A call from the API Shell. The response has all formats, so that changing the format does not repeat the call.
import type { RawArgument } from '../../core/context.ts';
import type { AnyFunction } from '../../core/define.ts';
import type { Envelope } from '../../core/envelope.ts';
import { loadRenderer, type Format } from '../../render/format.ts';
import { faultsIn } from './faults.ts';
import type { ShellAnswer, ShownFormat, Table } from './wire.ts';

/** The maximum number of characters of a response that a page shows. */
const MAX_LENGTH = 512 * 1024;

const renderedAs: Readonly<Record<ShownFormat, Format>> = { yaml: 'yaml', json: 'jsonpretty', xml: 'xml' };

interface Shown {
  readonly fn: AnyFunction | undefined;
  readonly args: readonly RawArgument[];
  /** The response in the form of its API. */
  readonly shown: Envelope;
  readonly table: Table | undefined;
  readonly formats: readonly ShownFormat[];
}

export async function toShellAnswer(
  envelope: Envelope,
  { fn, args, shown, table, formats }: Shown,
): Promise<ShellAnswer> {
  const { result, reason, error_code: errorCode, dry_run: dryRun, output } = envelope.metadata;
  const texts = await Promise.all(
    formats.map(async (format) => {
      const render = await loadRenderer(renderedAs[format]);
      return [format, readUpTo(MAX_LENGTH, render(shown))] as const;
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
    texts: Object.fromEntries(texts),
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
