// A call from the API Shell. The response has all formats, so that changing the format does not repeat the call.
import type { RawArgument } from '../../core/context.ts';
import type { AnyFunction } from '../../core/define.ts';
import type { Envelope } from '../../core/envelope.ts';
import { loadRenderer, type Format } from '../../render/format.ts';
import type { ShellAnswer, ShownFormat, Table } from './wire.ts';
import type { Fault } from '../../core/errors.ts';

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

// Finds the fields of a form that caused a call to fail.

/**
 * Returns the faults in the error. Otherwise the parameters that the reason quotes, by name or by a value that only one
 * of them has: “The account “bob” exists already”.
 */
function faultsIn(
  { metadata, faults }: Envelope,
  fn: Pick<AnyFunction, 'params'>,
  args: readonly RawArgument[],
): readonly Fault[] {
  if (metadata.result === 1) return [];
  if (faults !== undefined) return faults;
  const problem = metadata.reason;
  const given = [...new Set(args.map(({ name }) => name))].filter((name) => Object.hasOwn(fn.params, name));
  if (metadata.error_code === 'weak_password') {
    return given.filter((name) => fn.params[name]?.sensitive === true).map((param) => ({ param, problem }));
  }
  const quoted = new Set([...problem.matchAll(/“([^“”]+)”/g)].map(([, text]) => text));
  const named = Object.keys(fn.params).filter((name) => quoted.has(name));
  if (named.length > 0) return named.map((param) => ({ param, problem }));
  const byValue = given.filter((name) =>
    args.some((one) => one.name === name && typeof one.value === 'string' && quoted.has(one.value)),
  );
  return byValue.length === 1 ? byValue.map((param) => ({ param, problem })) : [];
}
