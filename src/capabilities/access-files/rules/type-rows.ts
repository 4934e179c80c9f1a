// How UAPI and API 2 list MIME types and handlers.
import type { FreeContext } from '../../../core/context.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { ownAccessFiles } from './blocks.ts';
import { fileTypesIn, systemMimeTypes, type FileType, type Kind } from './file-types.ts';

const origins = ['system', 'user'] as const;
export type Origin = (typeof origins)[number];

export const originParam = {
  type: 'string',
  values: origins,
  doc: 'system: those of the server. user: those that the account has set.',
} as const;

export const originFlag = { type: 'string', values: ['yes', 'no', '1', '0'], default: '' } as const;

/** The lists that a call of API 2 asks for. Default: both. */
export function chosenOrigins(flags: Readonly<Record<Origin, string>>): Origin[] {
  const isOn = (origin: Origin) => ['yes', '1'].includes(flags[origin]);
  const chosen = origins.filter(isOn);
  if (chosen.length > 0) return chosen;
  return origins.filter((origin) => flags[origin] === '');
}

const extensionField = { type: 'string', doc: 'The ends of file names, with spaces between them.' } as const;
const originField = { type: 'string', doc: 'system or user.' } as const;

export const mimeTypeRowFields = {
  extension: extensionField,
  type: { type: 'string', doc: 'The MIME type.' },
  origin: originField,
} as const;

export const handlerRowFields = {
  extension: extensionField,
  handler: { type: 'string', doc: 'The handler.' },
  origin: originField,
} as const;

export async function mimeTypeRows(context: FreeContext, origin: Origin) {
  const types = origin === 'user' ? await own(context, 'mime') : await systemMimeTypes(context.machine);
  return types.map(({ extension, value }) => ({ extension, type: value, origin }));
}

export async function handlerRows(context: FreeContext, origin: Origin) {
  const types = origin === 'user' ? await own(context, 'handler') : await systemHandlers(context);
  return types.map(({ extension, value }) => ({ extension, handler: value, origin }));
}

/** Returns the types of all websites, each once. */
async function own(context: FreeContext, kind: Kind): Promise<FileType[]> {
  const all = (await ownAccessFiles(context)).flatMap(({ text }) => fileTypesIn(text, kind));
  return [...new Map(all.map((one) => [JSON.stringify([one.value, one.extension]), one])).values()];
}

/** What the virtual hosts set with AddHandler. PHP is not set by the end of a name. */
async function systemHandlers({ caller, transaction }: FreeContext): Promise<FileType[]> {
  const { settings } = await transaction('reads', (db) => accounts.getOwn(db, caller));
  return settings.cgi ? [{ value: 'cgi-script', extension: '.cgi .pl' }] : [];
}
