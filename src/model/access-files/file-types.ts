// MIME types and handlers that an account sets for the ends of file names: AddType and AddHandler in its .htaccess.
import type { Machine } from '../../core/machine.ts';
import { badParam } from '../../core/errors.ts';
import { blockIn, withBlock } from './blocks.ts';

export const kinds = {
  mime: { block: 'MIME types', directive: 'AddType' },
  handler: { block: 'handlers', directive: 'AddHandler' },
} as const;
export type Kind = keyof typeof kinds;

export interface FileType {
  /** A MIME type, or the name of a handler. */
  readonly value: string;
  /** `.foo`, or several with spaces between them. */
  readonly extension: string;
}

const MAX_TYPES = 500;

export const mimeTypeParam = {
  type: 'string',
  pattern: {
    matches: /^[A-Za-z0-9][\w!#$&^.+-]{0,126}\/[A-Za-z0-9][\w!#$&^.+-]{0,126}$/,
    expects: 'a MIME type such as application/foo',
  },
} as const;

export const handlerParam = {
  type: 'string',
  pattern: {
    matches: /^[A-Za-z0-9][\w.+/-]{0,126}$/,
    expects: 'the name of a handler, such as cgi-script',
  },
} as const;

export const extensionParam = {
  type: 'string',
  pattern: {
    matches: /^\.?[\w+-]+(?:\.[\w+-]+)*(?:[ ,]+\.?[\w+-]+(?:\.[\w+-]+)*)*$/,
    expects: 'the end of file names, such as .foo, or several with spaces between them',
  },
} as const;

/** In their usual form: lower case, with a dot before each. */
function extensionsIn(given: string): string[] {
  return [
    ...new Set(given.split(/[ ,]+/).map((one) => (one.startsWith('.') ? one : `.${one}`).toLowerCase())),
  ];
}

export function fileTypesIn(text: string, kind: Kind): FileType[] {
  const { block, directive } = kinds[kind];
  const line = new RegExp(`^${directive} "([\\w!#$&^.+/-]+)"((?: \\.[\\w.+-]+)+)$`);
  return blockIn(text, block).flatMap((one) => {
    const [, value = '', extensions = ''] = line.exec(one) ?? [];
    return value === '' ? [] : [{ value, extension: extensions.trim() }];
  });
}

/** An extension has one value: a new one replaces the former one. @throws ApiError `bad_param` if there are too many. */
export function withFileType(text: string, kind: Kind, { value, extension }: FileType): string {
  const added = extensionsIn(extension);
  const types = without(fileTypesIn(text, kind), added);
  const own = types.find((one) => one.value === value);
  const all = [...(own?.extension.split(' ') ?? []), ...added].join(' ');
  const others = types.filter((one) => one !== own);
  if (others.length >= MAX_TYPES) throw badParam(`An account can set at most ${MAX_TYPES} of them.`);
  return rendered(text, kind, [...others, { value, extension: all }]);
}

export function withoutValue(text: string, kind: Kind, value: string): string {
  return rendered(
    text,
    kind,
    fileTypesIn(text, kind).filter((one) => one.value !== value),
  );
}

export function withoutExtension(text: string, kind: Kind, extension: string): string {
  return rendered(text, kind, without(fileTypesIn(text, kind), extensionsIn(extension)));
}

function without(types: readonly FileType[], extensions: readonly string[]): FileType[] {
  return types.flatMap(({ value, extension }) => {
    const left = extension.split(' ').filter((one) => !extensions.includes(one));
    return left.length === 0 ? [] : [{ value, extension: left.join(' ') }];
  });
}

function rendered(text: string, kind: Kind, types: readonly FileType[]): string {
  const { block, directive } = kinds[kind];
  return withBlock(
    text,
    block,
    types.map(({ value, extension }) => `${directive} "${value}" ${extension}`),
  );
}

/** Where Apache has its MIME types (TypesConfig). */
const SYSTEM_TYPES = '/etc/mime.types';

/** The MIME types that hold for all websites of the server, and have extensions. */
export async function systemMimeTypes(machine: Pick<Machine, 'files'>): Promise<FileType[]> {
  const files = await machine.files(['/etc']);
  const text = (await files.readText(SYSTEM_TYPES)) ?? '';
  return text.split('\n').flatMap((line) => {
    const [value = '', ...extensions] = line.replace(/#.*/, '').trim().split(/\s+/);
    return extensions.length === 0
      ? []
      : [{ value, extension: extensions.map((one) => `.${one}`).join(' ') }];
  });
}
