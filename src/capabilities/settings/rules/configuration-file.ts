// The files in which WHM keeps tweak settings, and which it accepts as backups: cpanel.config for the module Main, with
// lines `key=value`, and wwwacct.conf for the module Basic, with lines `KEY value`.
export type FileModule = 'Basic' | 'Main';

export interface FileSetting {
  /** Counted from 1. */
  readonly line: number;
  readonly key: string;
  readonly value: string;
}

/** WHM's name of the module's file. */
export const fileNames: Readonly<Record<FileModule, string>> = {
  Basic: 'wwwacct.conf',
  Main: 'cpanel.config',
};

const LINES: Readonly<Record<FileModule, RegExp>> = {
  Basic: /^([\w.-]{1,128})(?:[ \t]+(.*))?$/,
  Main: /^([\w.-]{1,128})[ \t]*(?:=[ \t]*(.*))?$/,
};

export interface ConfigurationFile {
  /** If a key has several lines, the last one. */
  readonly settings: readonly FileSetting[];
  /** The lines that are no settings, comments or blank, counted from 1. */
  readonly otherLines: readonly number[];
}

export function readConfigurationFile(module: FileModule, text: string): ConfigurationFile {
  const settings = new Map<string, FileSetting>();
  const otherLines: number[] = [];
  for (const [at, given] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = given.trim();
    if (content === '' || content.startsWith('#')) continue;
    const [, key, value = ''] = LINES[module].exec(content) ?? [];
    if (key === undefined) otherLines.push(at + 1);
    else settings.set(key, { line: at + 1, key, value });
  }
  return { settings: [...settings.values()], otherLines };
}

export function configurationFile(
  module: FileModule,
  settings: readonly (readonly [key: string, value: string])[],
): string {
  const separator = module === 'Basic' ? ' ' : '=';
  return settings.map(([key, value]) => `${key}${separator}${value}`.trimEnd() + '\n').join('');
}
