// Parameters of the functions that work on an account's files.
import type { Param } from '../../../core/define.ts';

const PATH_DOC = 'Relative to the home directory, or absolute.';

export const pathParam = {
  type: 'string',
  required: true,
  doc: `Its path. ${PATH_DOC}`,
} as const satisfies Param;

export const directoryParam = {
  type: 'string',
  required: true,
  doc: `The directory. ${PATH_DOC}`,
} as const satisfies Param;

export const fileParam = {
  type: 'string',
  required: true,
  doc: 'The name of the file in the directory.',
} as const satisfies Param;

export const permissionsParam = {
  type: 'string',
  pattern: { matches: /^0?[0-7]{3}$/, expects: 'an octal number such as 0644' },
  doc: 'Its permissions, in octal.',
} as const satisfies Param;

/** The feature that all of them need. */
export const FILES = 'filemanager';

/** A path of a name in a directory. */
export function join(directory: string, name: string): string {
  if (directory === '' || name === '') return directory + name;
  return `${directory.replace(/\/+$/, '')}/${name}`;
}

/** The absolute form of a path that the machine has accepted. */
export function absolute(home: string, path: string): string {
  const below = path === home || path.startsWith(`${home}/`) ? path.slice(home.length) : path;
  const parts = below.split('/').filter((part) => part !== '' && part !== '.');
  return [home, ...parts].join('/');
}

/** The directory and the last part of an absolute path. */
export function split(path: string): { readonly directory: string; readonly name: string } {
  const at = path.lastIndexOf('/');
  return { directory: path.slice(0, at), name: path.slice(at + 1) };
}
