// The file of Dovecot’s configuration that has the settings of WHM. It keeps each of them in WHM’s form as a comment, above
// what follows from it in Dovecot’s.
import { catalogue, type Assignment } from './catalogue.ts';

/** The settings that were set, in WHM’s form. */
export type DovecotSettings = Readonly<Record<string, string>>;

const HEAD =
  '# whmapi1 wrote this file (set_service_config_key). Changes by hand are not overwritten.\n' +
  '# Another file of this directory that comes later in the alphabet overrides it.\n';

/** Null if nothing was set. */
export function renderSettings(settings: DovecotSettings): string | null {
  const parts = Object.entries(catalogue).flatMap(([key, { assign }]) => {
    const value = settings[key];
    return value === undefined ? [] : [`\n# ${key}: ${value}\n${assign(value).map(line).join('')}`];
  });
  return parts.length === 0 ? null : HEAD + parts.join('');
}

function line({ blocks, name, value }: Assignment): string {
  if (!/^[\w:!+@=.$*, -]*$/.test(value)) throw new TypeError(`A value that needs quotation marks: ${value}`);
  const indent = (depth: number) => '  '.repeat(depth);
  const open = blocks.map((block, at) => `${indent(at)}${block} {\n`);
  const close = blocks.map((_, at) => `${indent(at)}}\n`).toReversed();
  return [...open, `${indent(blocks.length)}${name} = ${value}\n`, ...close].join('');
}

/** Values that are not valid, after an edit by hand, count as not set. */
export function parseSettings(text: string): DovecotSettings {
  const found: Record<string, string> = {};
  for (const [, key = '', value = ''] of text.matchAll(/^# (\w+): (.+)$/gm)) {
    const setting = Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
    if (setting?.form.accept(value) === value) found[key] = value;
  }
  return found;
}

/**
 * The output of doveconf for single settings, by the names that it was asked for. A list of flags, such as `protocols`,
 * has the names of those that are on.
 */
export function parseDoveconf(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const blocks: string[] = [];
  const add = (name: string, value: string) => {
    values.set([...blocks, name].join('/'), value);
    const [list = ''] = blocks;
    if (blocks.length !== 1 || list.includes('/') || !/^(?:yes|no)$/.test(value)) return;
    values.set(list, [values.get(list) ?? '', ...(value === 'yes' ? [name] : [])].join(' ').trim());
  };
  for (const line of text.split('\n').map((one) => one.trim())) {
    const [, opened] = /^([^=]*\S) \{$/.exec(line) ?? [];
    const [, name = '', value = ''] = /^(\w+) = ?(.*)$/.exec(line) ?? [];
    if (opened !== undefined) blocks.push(opened.replace(' ', '/'));
    else if (line === '}') blocks.pop();
    else if (name !== '') add(name, value);
  }
  return values;
}
