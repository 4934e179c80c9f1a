// MIME types and handlers that an account sets for the ends of file names: AddType and AddHandler in its .htaccess.
import { CGI_HANDLER } from '../../../core/cgi-handler.ts';
import type { FreeContext } from '../../../core/context.ts';
import type { Machine } from '../../../core/machine.ts';
import { badParam } from '../../../core/errors.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { blockIn, withBlock } from './blocks.ts';

const kinds = {
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
    return value === '' ? [] : [{ value: named(value), extension: extensions.trim() }];
  });
}

/** What clients call the handler of CGI programs. Apache’s own handler of this name runs nothing in accounts. */
const CGI = 'cgi-script';

/** As clients name a handler. Apache ignores the case. */
function named(value: string): string {
  return [CGI, CGI_HANDLER].includes(value.toLowerCase()) ? CGI : value;
}

/** @throws ApiError `bad_param` for the handler of CGI programs if the account that calls does not have CGI. */
export async function assertHandler({ caller, transaction }: FreeContext, handler: string): Promise<void> {
  if (named(handler) !== CGI) return;
  const { settings } = await transaction('reads', (db) => accounts.getOwn(db, caller));
  if (settings.cgi) return;
  throw badParam(
    `The handler “${handler}” runs CGI programs, and the account has no CGI. Ask the administrator of the server for it.`,
  );
}

/** An extension has one value: a new one replaces the former one. @throws ApiError `bad_param` if there are too many. */
export function withFileType(text: string, kind: Kind, { value: given, extension }: FileType): string {
  const value = named(given);
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
    types.map(({ value, extension }) => `${directive} "${value === CGI ? CGI_HANDLER : value}" ${extension}`),
  );
}

/** Where Apache has its MIME types (TypesConfig). */
const SYSTEM_TYPES = '/etc/mime.types';

/** The MIME types that hold for all websites of the server, and have extensions. */
export async function systemMimeTypes(machine: Machine): Promise<FileType[]> {
  const files = await machine.files(['/etc']);
  const text = (await files.readText(SYSTEM_TYPES)) ?? '';
  return text.split('\n').flatMap((line) => {
    const [value = '', ...extensions] = line.replace(/#.*/, '').trim().split(/\s+/);
    return extensions.length === 0
      ? []
      : [{ value, extension: extensions.map((one) => `.${one}`).join(' ') }];
  });
}
