// Colours YAML and JSON for a terminal: keys, and values by kind.
import type { Format } from '../render/format.ts';
import type { Style } from './style.ts';

/** Adds colour to whole lines. Other formats are returned unchanged. */
export function highlight(text: string, format: Format, style: Style): string {
  if (format === 'yaml') return text.replace(/^.*$/gm, (line) => yamlLine(line, style));
  if (format === 'xml') return text;
  // A string that is followed by a colon is a key.
  return text.replace(
    /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|null/g,
    (all, string, colon) =>
      typeof string !== 'string' || string === ''
        ? style.value(all)
        : typeof colon === 'string'
          ? style.name(string) + colon
          : style.value(string),
  );
}

function yamlLine(line: string, style: Style): string {
  const [, lead = '', key = '', colon = '', value = ''] =
    /^(\s*(?:- )*)([^\s'"|>-][^\s:]*|'[^']*'|"[^"]*")(: |:$)(.*)$/.exec(line) ?? [];
  if (key === '') return line;
  return lead + style.name(key) + colon + (value === '' ? '' : style.value(value));
}
