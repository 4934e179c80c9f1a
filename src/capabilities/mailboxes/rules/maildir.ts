// A mailbox as a Maildir on the disk: `cur`, `new` and `tmp`, and folders as in Maildir++, whose names begin with a dot.
// It is only read: messages stay in `new`, and their flags stay as they are, so that mail programs see no difference.
import type { MachineUserFiles, UserFile } from '../../../core/machine-user-files.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { MessageHead } from '../../../core/machine-messages.ts';

export const PAGE_SIZE = 50;
/** Older messages of a folder are not listed. */
const MAX_LISTED = 10_000;
const MAX_FOLDERS = 1000;
const MAX_NAME_BYTES = 255;
/** The name of the inbox here, which is the Maildir itself. */
export const INBOX = '';

export interface Folder {
  /** Empty, or as on the disk: `.Junk.old`. */
  readonly id: string;
  /** For people: `Inbox`, `Junk/old`. */
  readonly title: string;
}

export interface ListedMessage {
  /** The name of its file. */
  readonly name: string;
  readonly isUnread: boolean;
  /** Milliseconds since 1970-01-01. */
  readonly deliveredAt: number;
  /** In bytes. */
  readonly size: number;
  /** Null if the header cannot be read. */
  readonly head: MessageHead | null;
}

export interface MessagePage {
  readonly messages: readonly ListedMessage[];
  /** The number of messages in the folder. */
  readonly total: number;
  /** How many pages there are, at least 1. */
  readonly pages: number;
  /** True if the folder has messages that no page lists. */
  readonly isCut: boolean;
}

/** The inbox first, then the others by their names. @param files below the Maildir, which need not exist. */
export async function listFolders(files: MachineUserFiles): Promise<Folder[]> {
  // A dot comes before letters and digits.
  const { files: entries } = await listOrNothing(files, '', { limit: MAX_FOLDERS });
  const folders = entries.filter(
    ({ name, kind, isUnnameable }) => kind === 'directory' && !isUnnameable && isFolder(name),
  );
  return [{ id: INBOX, title: 'Inbox' }, ...folders.map(({ name }) => ({ id: name, title: titleOf(name) }))];
}

/** True if this can be the name of a folder. */
export function isFolder(id: string): boolean {
  return id === INBOX || /^\.[^./\0][^/\0]*$/.test(id);
}

function titleOf(id: string): string {
  if (id === INBOX) return 'Inbox';
  return id.slice(1).split('.').map(decoded).join('/');
}

/** The messages of one page, the newest first. @param page from 1. */
export async function listMessages(
  files: MachineUserFiles,
  folder: string,
  page: number,
): Promise<MessagePage> {
  const wanted = Math.min(page * PAGE_SIZE, MAX_LISTED);
  const parts = [
    await newest(files, folder, 'new', wanted),
    await newest(files, folder, 'cur', wanted),
  ] as const;
  const total = parts.reduce((sum, part) => sum + part.total, 0);
  // Their names begin with the time of delivery.
  const sorted = parts
    .flatMap(({ entries }) => entries)
    .sort((one, other) => (one.file.name < other.file.name ? 1 : -1))
    .slice(wanted - PAGE_SIZE, wanted);
  const heads = await files.readHeads(sorted.map(({ path }) => path));
  return {
    messages: sorted.map(({ file, isUnread }, at) => ({
      name: file.name,
      isUnread,
      deliveredAt: deliveryTime(file),
      size: file.size,
      head: heads[at] ?? null,
    })),
    total,
    pages: Math.max(1, Math.ceil(Math.min(total, MAX_LISTED) / PAGE_SIZE)),
    isCut: total > MAX_LISTED || parts.some(({ isCut }) => isCut),
  };
}

/**
 * The path of a message. A mail program may have moved it from `new` to `cur`, or changed its flags, since it was
 * listed. Undefined if it is gone.
 */
export async function findMessage(
  files: MachineUserFiles,
  folder: string,
  name: string,
): Promise<string | undefined> {
  if (!isFolder(folder) || !isMessageName(name)) return undefined;
  for (const part of ['cur', 'new'] as const) {
    const path = pathOf(folder, part, name);
    if ((await files.stat(path))?.kind === 'file') return path;
  }
  for (const part of ['cur', 'new'] as const) {
    const { files: entries } = await listOrNothing(files, pathOf(folder, part));
    const found = entries.find((file) => isMessage(file) && uniquePart(file.name) === uniquePart(name));
    if (found !== undefined) return pathOf(folder, part, found.name);
  }
  return undefined;
}

interface Entry {
  readonly path: string;
  readonly file: UserFile;
  readonly isUnread: boolean;
}

/** The last messages of a directory, by their names. */
async function newest(files: MachineUserFiles, folder: string, part: 'cur' | 'new', count: number) {
  const path = pathOf(folder, part);
  const { total, isCut } = await listOrNothing(files, path, { limit: 0 });
  const from = Math.max(0, total - count);
  const listed = await listOrNothing(files, path, { from, limit: count });
  const entries = listed.files.filter(isMessage).map((file): Entry => ({
    file,
    path: pathOf(folder, part, file.name),
    isUnread: part === 'new' || !flagsOf(file.name).includes('S'),
  }));
  return { entries, total, isCut };
}

async function listOrNothing(
  files: MachineUserFiles,
  path: string,
  page: { readonly from?: number; readonly limit?: number } = {},
) {
  try {
    return await files.list(path, page);
  } catch (error) {
    if (error instanceof MachineError && error.code === 'not_found')
      return { files: [], total: 0, isCut: false };
    throw error;
  }
}

function pathOf(folder: string, part: 'cur' | 'new', name?: string): string {
  return [...(folder === INBOX ? [] : [folder]), part, ...(name === undefined ? [] : [name])].join('/');
}

function isMessage({ name, kind, isUnnameable }: UserFile): boolean {
  return kind === 'file' && !isUnnameable && isMessageName(name);
}

function isMessageName(name: string): boolean {
  return /^[^./\0][^/\0]*$/.test(name) && Buffer.byteLength(name) <= MAX_NAME_BYTES;
}

/** What stays the same while a message is in its folder: `1606521600.M1P2.host` of `1606521600.M1P2.host:2,S`. */
function uniquePart(name: string): string {
  return name.split(':')[0] ?? name;
}

function flagsOf(name: string): string {
  return /:2,([^:]*)$/.exec(name)?.[1] ?? '';
}

function deliveryTime({ name, modifiedAt }: UserFile): number {
  const [, seconds] = /^(\d{9,11})\./.exec(name) ?? [];
  return seconds === undefined ? modifiedAt : Number(seconds) * 1000;
}

/** Names of folders are in UTF-7 as IMAP modified it (RFC 3501, section 5.1.3): `Entw&APw-rfe`. */
function decoded(name: string): string {
  return name.replace(/&([A-Za-z0-9+,]*)-/g, (_all, text: string) =>
    text === '' ? '&' : new TextDecoder('utf-16be').decode(Buffer.from(text.replaceAll(',', '/'), 'base64')),
  );
}
