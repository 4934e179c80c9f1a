// How help is laid out: sections with entries, rows of functions, and lines of at most a hundred columns.
import { families } from '../catalogue/families.generated.ts';
import type { FoundFunction } from '../search/index-options.ts';
import type { Style } from './style.ts';

export function section(title: string, style: Style, entries: readonly string[]): string {
  if (entries.length === 0) return title === 'Answer:' ? 'The answer holds no data.' : '';
  return [style.heading(title), ...entries].join('\n');
}

export function entry(name: string, doc: string, traits: string, style: Style): string {
  return [`  ${style.name(name)}  ${style.faint(`(${traits})`)}`, wrap(doc, '      ')].join('\n');
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function wrap(text: string, indent = ''): string {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length >= 100 && line.trim() !== '') {
      lines.push(line);
      line = indent;
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line].join('\n');
}

export function titleOf(folder: string): string {
  return families[folder]?.title ?? folder;
}

/** A function as lists show it. */
export type ListedFunction = FoundFunction;

/** One line a function, which can be searched for its family and for “not provided”. */
export function functionRows(functions: readonly ListedFunction[], style: Style): string[] {
  // The few very long names would push all summaries out of sight.
  const width = Math.min(36, Math.max(...functions.map(({ name }) => name.length)));
  return functions.map(({ name, summary, family, isProvided, isDropped }) => {
    const notes = [
      family,
      ...(isProvided ? [] : ['not provided']),
      ...(isDropped === true ? ['dropped by cPanel'] : []),
    ];
    const padded = name.padEnd(width);
    const note = style.faint(`(${notes.join('; ')})`);
    return isProvided
      ? `${style.name(padded)}  ${summary} ${note}`
      : `${style.faint(`${padded}  ${summary}`)} ${note}`;
  });
}
