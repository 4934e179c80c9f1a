// How UAPI and API 2 describe a file.
import type { Field } from '../../../core/define.ts';
import type { UserFile } from '../../../core/machine-user-files.ts';
import { typeOf } from './types.ts';

/** The type bits of a mode (stat(2)), and the name of the type. */
const kinds = {
  file: [0o100000, 'file'],
  directory: [0o040000, 'dir'],
  link: [0o120000, 'link'],
  fifo: [0o010000, 'fifo'],
  socket: [0o140000, 'socket'],
  'character device': [0o020000, 'char'],
  'block device': [0o060000, 'block'],
} as const;

export const TYPES = Object.values(kinds).map(([, type]) => type);

export interface RowOptions {
  /** Absolute, without a slash at the end. */
  readonly directory: string;
  /** The account’s user ID. Undefined: the row does not say what the account may do. */
  readonly uid?: number | undefined;
  readonly hasType?: boolean;
}

export const rowFields = {
  file: { type: 'string', doc: 'Its name.' },
  path: { type: 'string', doc: 'The directory that it is in.' },
  absdir: { type: 'string', doc: 'The same as “path”.' },
  fullpath: { type: 'string', doc: 'Its absolute path.' },
  type: { type: 'string', doc: 'Its type: file, dir, link, fifo, socket, char or block.' },
  size: { type: 'string', doc: 'In bytes.' },
  humansize: { type: 'string', doc: 'Its size for people: “4 KB”.' },
  mode: { type: 'string', doc: 'Type and permissions as stat(2) has them, as a decimal number.' },
  nicemode: { type: 'string', doc: 'Its permissions in octal: 0644.' },
  uid: { type: 'integer', doc: 'The user ID of its owner.' },
  gid: { type: 'integer', doc: 'The ID of its group.' },
  mtime: { type: 'integer', doc: 'When its content last changed, in seconds since 1970.' },
  ctime: { type: 'integer', doc: 'When its content, owner, permissions or name last changed.' },
  exists: { type: 'flag', doc: 'Always 1.' },
  mimetype: { type: 'string', optional: true, doc: 'Its MIME type, from its name.' },
  rawmimetype: { type: 'string', optional: true, doc: 'The same as “mimetype”.' },
  mimename: { type: 'string', optional: true, doc: 'The same with a hyphen: text-html.' },
  rawmimename: { type: 'string', optional: true, doc: 'The same as “mimename”.' },
  read: { type: 'flag', optional: true, doc: '1: the account may read it.' },
  write: { type: 'flag', optional: true, doc: '1: the account may write to it.' },
  isparent: { type: 'flag', optional: true, doc: 'In a list, 0: the directory above is not in it.' },
  isleaf: { type: 'flag', optional: true, doc: 'Of a directory, 1: there are no directories in it.' },
} as const satisfies Record<string, Field>;

export function rowOf(file: UserFile, { directory, uid, hasType = false }: RowOptions) {
  const [bits, type] = kinds[file.kind];
  const mime = typeOf(file);
  const name = mime.replace('/', '-');
  const may = (bit: number): 0 | 1 => (((file.mode >> (file.uid === uid ? 6 : 0)) & bit) !== 0 ? 1 : 0);
  return {
    file: file.name,
    path: directory,
    absdir: directory,
    fullpath: file.name === '' ? directory : `${directory}/${file.name}`,
    type,
    size: String(file.size),
    humansize: humanSize(file.size),
    mode: String(bits | file.mode),
    nicemode: octal(file.mode),
    uid: file.uid,
    gid: file.gid,
    mtime: Math.floor(file.modifiedAt / 1000),
    ctime: Math.floor(file.changedAt / 1000),
    exists: 1 as const,
    ...(hasType ? { mimetype: mime, rawmimetype: mime, mimename: name, rawmimename: name } : {}),
    ...(uid === undefined ? {} : { read: may(0o4), write: may(0o2) }),
  };
}

/** `0644`. */
function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** With units of 1024: `1.5 KB`. */
export function humanSize(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${Number(size.toFixed(2))} ${UNITS[unit]}`;
}
