// The files of a user of this machine, by a helper process.
import type { MachineUser } from '../../core/machine.ts';
import {
  assertFileMode,
  homeParts,
  type ArchiveFormat,
  type MachineUserFiles,
  type UserFile,
  type UserFileContent,
  type UserFileList,
  type UserFilePart,
  type UserFileWrite,
} from '../../core/machine-user-files.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { Started } from './helper-process.ts';
import type { Request } from './helper.ts';
import type { Helpers } from './helpers.ts';

const SHORT_MS = 60_000;
/** For a copy of many files, or an upload over a slow line. */
const LONG_MS = 3_600_000;

/** `content`: for content that comes in parts, from somewhere else. */
interface Pools {
  readonly work: Helpers;
  readonly content: Helpers;
}

export class RemoteFiles implements MachineUserFiles {
  readonly home: string;
  readonly #user: MachineUser;
  readonly #helpers: Pools;
  readonly #start: (user: MachineUser) => Started;
  readonly #folder: string | undefined;

  constructor(user: MachineUser, helpers: Pools, start: (user: MachineUser) => Started, folder?: string) {
    this.home = user.home;
    this.#user = user;
    this.#helpers = helpers;
    this.#start = start;
    this.#folder = folder;
  }

  below(folder: string): MachineUserFiles {
    homeParts(folder, this.home);
    return new RemoteFiles(this.#user, this.#helpers, this.#start, folder);
  }

  async stat(path: string): Promise<UserFile | undefined> {
    const { value } = await this.#perform('stat', [path], { paths: [path] });
    return value === null ? undefined : checkedFile(value);
  }

  async list(
    path: string,
    page: { readonly from?: number; readonly limit?: number } = {},
  ): Promise<UserFileList> {
    const { value } = await this.#perform('list', [path, page], { paths: [path] });
    const { files, total, isCut } = value as UserFileList;
    if (!Array.isArray(files) || !Number.isInteger(total) || typeof isCut !== 'boolean') throw nonsense();
    return { files: (files as unknown[]).map(checkedFile), total, isCut };
  }

  async listPart(path: string, limit: number, from: string): Promise<UserFilePart> {
    const { value } = await this.#perform('listPart', [path, limit, from], { paths: [path] });
    const { files, next } = value as UserFilePart;
    // Parts that do not go on would never end.
    const goesOn =
      next === null || (typeof next === 'string' && /^[\da-f]{2,510}$/.test(next) && next > from);
    if (!Array.isArray(files) || files.length > limit || !goesOn) throw nonsense();
    return { files: (files as unknown[]).map(checkedFile), next };
  }

  async read(path: string, maxBytes: number): Promise<UserFileContent | undefined> {
    const { value, content } = await this.#perform('read', [path, maxBytes], { paths: [path], maxBytes });
    if (content === undefined) return undefined;
    return { file: checkedFile((value as Partial<UserFileContent> | null)?.file), content };
  }

  async readPart(path: string, from: number, maxBytes: number): Promise<UserFileContent | undefined> {
    const words = [path, from, maxBytes];
    const { value, content } = await this.#perform('readPart', words, { paths: [path], maxBytes });
    if (content === undefined) return undefined;
    return { file: checkedFile((value as Partial<UserFileContent> | null)?.file), content };
  }

  async write(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options: UserFileWrite = {},
  ): Promise<UserFile> {
    if (options.mode !== undefined) assertFileMode(options.mode);
    const { value } = await this.#perform('write', [path, options], {
      paths: [path],
      content,
      limitMs: LONG_MS,
    });
    return checkedFile(value);
  }

  async makeLink(path: string, target: string): Promise<UserFile> {
    return checkedFile((await this.#perform('makeLink', [path, target], { paths: [path] })).value);
  }

  async makeDirectory(path: string, mode?: number): Promise<UserFile> {
    if (mode !== undefined) assertFileMode(mode);
    return checkedFile(
      (await this.#perform('makeDirectory', mode === undefined ? [path] : [path, mode], { paths: [path] }))
        .value,
    );
  }

  async rename(from: string, to: string, options: { readonly replaces?: boolean } = {}): Promise<void> {
    await this.#perform('rename', [from, to, options], { paths: [from, to] });
  }

  async copy(from: string, to: string): Promise<void> {
    await this.#perform('copy', [from, to], { paths: [from, to], limitMs: LONG_MS });
  }

  async extract(archive: string, directory: string): Promise<number> {
    const paths = [archive, directory];
    const { value } = await this.#perform('extract', paths, { paths, limitMs: LONG_MS });
    if (!Number.isInteger(value)) throw nonsense();
    return value as number;
  }

  async compress(paths: readonly string[], archive: string, format: ArchiveFormat): Promise<void> {
    const words = [paths, archive, format];
    await this.#perform('compress', words, { paths: [...paths, archive], limitMs: LONG_MS });
  }

  async remove(path: string): Promise<void> {
    await this.#perform('remove', [path], { paths: [path], limitMs: LONG_MS });
  }

  async trash(path: string): Promise<string> {
    return String((await this.#perform('trash', [path], { paths: [path] })).value);
  }

  async restore(name: string): Promise<string> {
    return String((await this.#perform('restore', [name], { paths: [`.trash/${name}`] })).value);
  }

  async emptyTrash(before: number): Promise<number> {
    const { value } = await this.#perform('emptyTrash', [before], { paths: [], limitMs: LONG_MS });
    if (!Number.isInteger(value)) throw nonsense();
    return value as number;
  }

  async chmod(path: string, mode: number): Promise<UserFile> {
    assertFileMode(mode);
    return checkedFile((await this.#perform('chmod', [path, mode], { paths: [path] })).value);
  }

  /** Malformed paths start no process. */
  async #perform(
    operation: Request['operation'],
    words: readonly unknown[],
    {
      paths,
      content,
      maxBytes = 0,
      limitMs = SHORT_MS,
    }: {
      readonly paths: readonly string[];
      readonly content?: Uint8Array | AsyncIterable<Uint8Array>;
      readonly maxBytes?: number;
      readonly limitMs?: number;
    },
  ) {
    const { uid, gid, name, home } = this.#user;
    for (const path of paths) homeParts(path, home);
    const request = {
      ...{ home, operation, words, hasContent: content !== undefined },
      ...(this.#folder === undefined ? {} : { folder: this.#folder }),
    };
    const key = JSON.stringify([name, uid, gid]);
    const comesInParts = content !== undefined && !(content instanceof Uint8Array);
    const helpers = comesInParts ? this.#helpers.content : this.#helpers.work;
    return helpers.perform(key, () => this.#start(this.#user), { request, content, maxBytes, limitMs });
  }
}

const NUMBERS = ['size', 'mode', 'uid', 'gid', 'links', 'modifiedAt', 'changedAt', 'accessedAt'] as const;
const KINDS = new Set<unknown>([
  ...['file', 'directory', 'link', 'fifo', 'socket', 'character device', 'block device'],
]);

/** What a helper answers can be anything, because the user can change that process. */
function checkedFile(value: unknown): UserFile {
  const file = (value ?? {}) as UserFile;
  const isValid =
    typeof file.name === 'string' &&
    typeof file.isUnnameable === 'boolean' &&
    KINDS.has(file.kind) &&
    NUMBERS.every((name) => Number.isFinite(file[name])) &&
    (file.target === null || typeof file.target === 'string');
  if (!isValid) throw nonsense();
  return file;
}

function nonsense(): MachineError {
  return new MachineError(
    'failed',
    'The process that works on the user’s files answered nonsense. Retry the call.',
  );
}
