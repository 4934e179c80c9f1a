// Formats help: sections with entries, rows of functions, and lines that are wrapped between words.
import { families } from '../catalogue/families.generated.ts';
import type { FoundFunction } from '../search/index-options.ts';
import type { Io } from './io.ts';
import { plain, styleFor, type Style } from './style.ts';

/** Longer lines are hard to read. */
const MAX_COLUMNS = 100;
/** The minimum width of a text next to a name. If there is less room, the text is below the name. */
const LEAST_TEXT = 24;

/** The colours of help, and the width of the terminal. */
export interface Layout extends Style {
  /** Undefined if the output is not a terminal. Each function then has a single line, which can be searched. */
  readonly columns: number | undefined;
}

export const plainLayout: Layout = { ...plain, columns: undefined };

export async function layoutFor(io: Io, color: 'auto' | 'always' | 'never'): Promise<Layout> {
  const style = await styleFor(io.stdout, color, io);
  return { ...style, columns: io.stdout.isTerminal() ? io.stdout.size?.()?.columns : undefined };
}

export function section(title: string, layout: Layout, entries: readonly string[]): string {
  if (entries.length === 0) return title === 'Response:' ? 'The response contains no data.' : '';
  return [layout.heading(title), ...entries].join('\n');
}

export function entry(name: string, doc: string, traits: string, layout: Layout): string {
  const { columns = Infinity } = layout;
  const fits = name.length + traits.length + 6 <= columns;
  const head = `  ${layout.name(name)}`;
  return [
    ...(fits
      ? [`${head}  ${layout.faint(`(${traits})`)}`]
      : [head, ...wrapped(`(${traits})`, '      ', layout).map((line) => layout.faint(line))]),
    wrap(doc, layout, '      '),
  ].join('\n');
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Wraps a paragraph. Lines after the first begin with `hanging`. Default: the indent of the first line. */
export function wrap(text: string, layout: Pick<Layout, 'columns'>, indent = '', hanging = indent): string {
  return wrapped(text, indent, layout, hanging).join('\n');
}

function wrapped(
  text: string,
  indent: string,
  { columns }: Pick<Layout, 'columns'>,
  hanging = indent,
): string[] {
  const width = Math.min(columns ?? MAX_COLUMNS, MAX_COLUMNS);
  const lines: string[] = [];
  let line = indent;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + word.length + 1 > width) {
      lines.push(line);
      line = hanging;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** Formats a command so that it can be copied. On a narrow terminal, all lines except the last end with a backslash. */
export function command(text: string, layout: Layout): string {
  const { columns } = layout;
  if (columns === undefined || text.length + 2 <= columns) return `  ${text}`;
  return wrapped(text, '  ', { ...layout, columns: columns - 2 }, '      ').join(' \\\n');
}

/**
 * Formats a name and its description side by side, or one below the other if there is little room. `width`: the width
 * of the column of names.
 */
export function row(
  name: string,
  text: string,
  { width, shown = (one) => one }: { readonly width: number; readonly shown?: (name: string) => string },
  layout: Layout,
): string {
  const { columns } = layout;
  const start = '  '.length + width + '  '.length;
  if (columns === undefined) return `  ${shown(name.padEnd(width))}  ${text}`;
  if (columns - start < LEAST_TEXT || name.length > width)
    return `  ${shown(name)}\n${wrap(text, layout, '      ')}`;
  const [first = '', ...others] = wrapped(text, ' '.repeat(start), { ...layout, columns });
  return [`  ${shown(name.padEnd(width))}  ${first.trimStart()}`, ...others].join('\n');
}

export function titleOf(folder: string): string {
  return families[folder]?.title ?? folder;
}

/** A function in a list. */
export type ListedFunction = FoundFunction;

/**
 * Formats one function per line, so that lines can be searched for a family or for “not provided”. On a terminal, lines
 * are wrapped.
 */
export function functionRows(functions: readonly ListedFunction[], layout: Layout): string[] {
  const width = Math.max(...functions.map(({ name }) => name.length));
  return functions.map((fn) => {
    const { name, summary, family, isProvided, isDropped } = fn;
    const notes = [
      family,
      ...(isProvided ? [] : ['not provided']),
      ...(isDropped === true ? ['removed by cPanel'] : []),
    ];
    const note = `(${notes.join('; ')})`;
    if (layout.columns !== undefined) {
      const shown = (text: string) => (isProvided ? layout.name(text) : layout.faint(text));
      return row(name, `${summary} ${note}`, { width, shown }, layout);
    }
    const padded = name.padEnd(width);
    return isProvided
      ? `${layout.name(padded)}  ${summary} ${layout.faint(note)}`
      : `${layout.faint(`${padded}  ${summary}`)} ${layout.faint(note)}`;
  });
}
