// The directives of php.ini, and changes of single lines that keep all others as they are. PHP's own parser decides
// whether a change means what it should.
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';

export interface IniFile {
  readonly path: string;
  readonly content: string;
  /** Null if the file does not exist. */
  readonly digest: string | null;
}

/** What PHP's parser finds in a file: the values as texts (true is `1`, false is empty), or why it cannot read it. */
export type ParsedIni = { readonly values: Readonly<Record<string, unknown>> } | { readonly error: string };

export interface FoundIni {
  readonly php: { readonly release: string; readonly fpm: string; readonly cli: string | undefined };
  /** That of PHP-FPM first. */
  readonly files: readonly IniFile[];
  /** One for each text. */
  readonly parse: (...texts: readonly string[]) => Promise<ParsedIni[]>;
  readonly directives: () => Promise<IniDirective[]>;
  readonly overrides: () => Promise<IniOverride[]>;
  /** The directives that this server sets for the PHP of an account, whatever php.ini says. */
  readonly accountDirectives: (home: string) => readonly AccountDirective[];
}

/** A directive that a file in conf.d sets, which PHP reads after php.ini. */
export interface IniOverride {
  readonly name: string;
  /** As PHP's parser returns it. */
  readonly value: string;
  readonly path: string;
}

export interface AccountDirective {
  readonly name: string;
  readonly value: string;
  /** True if programs of the account cannot change it. */
  readonly isFixed: boolean;
}

export interface IniDirective {
  readonly name: string;
  /** On or Off for booleans. */
  readonly value: string;
  readonly defaultValue: string;
  /** 1: user, 2: per directory, 4: system. Added up. */
  readonly access: number;
}

export type IniType = 'boolean' | 'integer' | 'float' | 'string';

/** PHP has no declared types: the default shows what it is. */
export function typeOf({ defaultValue }: Pick<IniDirective, 'defaultValue'>): IniType {
  if (/^(?:On|Off)$/.test(defaultValue)) return 'boolean';
  if (/^-?\d+[KMG]?$/i.test(defaultValue)) return 'integer';
  return /^-?\d+\.\d+$/.test(defaultValue) ? 'float' : 'string';
}

/** Where the directive can be set, by PHP's names. */
export function modeOf({ access }: Pick<IniDirective, 'access'>): string {
  if ((access & 1) !== 0) return 'PHP_INI_ALL';
  return (access & 2) !== 0 ? 'PHP_INI_PERDIR' : 'PHP_INI_SYSTEM';
}

/** True if a file of an account, or a script, can set the directive. */
export function isDirectiveOfAccounts({ access }: Pick<IniDirective, 'access'>): boolean {
  return (access & 3) !== 0;
}

export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** Reads `memory_limit:256M`. @throws ApiError `bad_param` */
export function readSetting(text: string): Setting {
  const [, name, value] = /^\s*([A-Za-z_][\w.-]{0,99})\s*:([^]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw badParam(
      `The parameter “directive” should be a directive and its value with a colon between them, such as ` +
        `memory_limit:256M, not ${quote(text)}.`,
    );
  }
  return { name, value: value.trim() };
}

const BOOLEAN: Readonly<Record<string, 'On' | 'Off'>> = {
  ...{ on: 'On', yes: 'On', true: 'On', 1: 'On' },
  ...{ off: 'Off', no: 'Off', false: 'Off', 0: 'Off', '': 'Off' },
};
/** `E_ALL & ~E_NOTICE` */
const ERROR_LEVELS = /^~? ?(?:E_[A-Z_]+|\d+)(?: ?[&|^] ?~? ?(?:E_[A-Z_]+|\d+))*$/;

interface Written {
  /** As it is in the file. */
  readonly text: string;
  /** What PHP's parser must find there. Undefined: any number. */
  readonly parsed: string | undefined;
}

/** @throws ApiError `bad_param` if the directive cannot have the value. */
export function written({ name, value }: Setting, type: IniType): Written {
  const reject = (what: string) =>
    badParam(`The value of “${name}” should be ${what}, not ${quote(value.slice(0, 100))}.`);
  const flag = BOOLEAN[value.toLowerCase()];
  // Some flags accept more: display_errors is also stderr, zlib.output_compression also a size.
  const isWord = /^(?:\d+[KMG]?|std(?:err|out))$/i.test(value);
  if (type === 'boolean') {
    if (flag !== undefined) return { text: flag, parsed: flag === 'On' ? '1' : '' };
    if (!isWord) throw reject('On or Off');
    return { text: value, parsed: value };
  }
  if (type !== 'string') {
    const isNumber = type === 'integer' ? /^-?\d+[KMG]?$/i.test(value) : /^-?\d+(?:\.\d+)?$/.test(value);
    if (!isNumber) throw reject(type === 'integer' ? 'a whole number, such as 30 or 256M' : 'a number');
    return { text: value, parsed: value };
  }
  if (name === 'error_reporting') {
    if (!ERROR_LEVELS.test(value)) throw reject('error levels, such as E_ALL & ~E_NOTICE');
    return { text: value, parsed: undefined };
  }
  // The quotes are within one line, and PHP replaces ${…} by variables of its environment.

  if (/[\u0000-\u001f\u007f"]|\$\{/.test(value)) throw reject('a text without quotes, line breaks and “${”');
  return { text: `"${value.replaceAll('\\', '\\\\')}"`, parsed: value };
}

/** Sections in which directives hold for a host or a folder only. */
const SPECIAL_SECTION = /^[ \t]*\[(?:HOST|PATH)\b/im;

/**
 * Sets directives in the text of a file. Only the lines of these directives change, or are added after their
 * explanation.
 * @param setsWholeText the function that replaces the text.
 * @throws ApiError `bad_param` if that is not possible.
 */
export async function edit(
  { path, content }: IniFile,
  changes: readonly (Setting & { readonly type: IniType })[],
  parse: FoundIni['parse'],
  setsWholeText = 'php_ini_set_content',
): Promise<string> {
  const cannot = (why: string) =>
    badParam(`“${path}” ${why}, so that single directives cannot be set. Use ${setsWholeText}.`);
  if (SPECIAL_SECTION.test(content)) throw cannot('has sections for hosts or folders');
  const lines = changes.map((change) => {
    const { text, parsed } = written(change, change.type);
    return { ...change, parsed, line: `${change.name} = ${text}` };
  });
  // Each line alone as well: so a further directive in it would be seen.
  const [before, ...alone] = await parse(content, ...lines.map(({ line }) => `${line}\n`));
  if (before === undefined || 'error' in before) throw cannot(`has an error (${before?.error ?? ''})`);
  const expected: Record<string, unknown> = { ...before.values };
  let all = content.split('\n');
  for (const [at, { name, value, parsed, line }] of lines.entries()) {
    const read = alone[at];
    const values = read === undefined || 'error' in read ? {} : read.values;
    const isMeant =
      Object.keys(values).length === 1 &&
      (parsed === undefined ? /^-?\d+$/.test(String(values[name])) : values[name] === parsed);
    if (!isMeant) throw badParam(`PHP does not read the value of “${name}” as it is: ${quote(value)}.`);
    expected[name] = values[name];
    all = setLine(all, name, line);
  }
  const edited = all.join('\n');
  const [after] = await parse(edited);
  const isExact = after !== undefined && 'values' in after && isSame(after.values, expected);
  if (!isExact) throw cannot('has lines that belong together');
  return edited;
}

function isSame(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => JSON.stringify(one[name]) === JSON.stringify(other[name]));
}

/** The last line of a directive is the one that counts. Its comment is kept. */
function setLine(lines: readonly string[], name: string, line: string): string[] {
  const escaped = name.replaceAll('.', '\\.');
  const active = new RegExp(`^[ \\t]*${escaped}[ \\t]*(?:=|$)`);
  const last = lines.findLastIndex((one) => active.test(one));
  if (last >= 0) {
    const [, comment = ''] =
      /=[ \t]*(?:"[^"]*"|'[^']*'|[^;"']*?)([ \t]*;.*|\r?)$/.exec(lines[last] ?? '') ?? [];
    return lines.with(last, `${line}${comment}`);
  }
  const example = new RegExp(`^[ \\t]*;[ \\t]*${escaped}[ \\t]*=`);
  const commented = lines.findLastIndex((one) => example.test(one));
  if (commented >= 0) return lines.toSpliced(commented + 1, 0, line);
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  return lines.toSpliced(end, 0, line);
}

/** Returns the comments of a file that explain its directives: those right before the directive, by its name. */
export function explanations(content: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let comment: string[] = [];
  for (const line of content.split('\n')) {
    const [, name] = /^[ \t]*;?[ \t]*([A-Za-z_][\w.]*)[ \t]*=/.exec(line) ?? [];
    const [, text] = /^;[ \t]?(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      if (comment.length > 0 && !found.has(name)) found.set(name, comment.join(' '));
      comment = [];
    } else if (text === undefined || /^[;\s]*$/.test(text)) comment = [];
    else comment.push(text.trim());
  }
  return found;
}
