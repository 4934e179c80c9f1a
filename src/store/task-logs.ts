// The log files of tasks: `tasks/ID.log` in the state directory, private to its owner.
import {
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import type { TaskLogFile, TaskLogPiece, TaskLogs } from '../core/task.ts';
import { visible } from '../core/quote.ts';
import type { StateDirectory } from './state-directory.ts';
import { unavailable } from './unavailable.ts';

const FOLDER = 'tasks';
const FILE = /^([1-9]\d*)\.log$/;
export const MAX_TASK_LOG_BYTES = 1_048_576;
const LIMIT_REACHED = 'The log has reached its limit of 1 MiB. Further lines are left out.';

/** The log of one task while it runs. */
export interface TaskLog {
  /**
   * Writes one line, with the time. Characters that a terminal obeys are escaped. Does nothing once the file is full.
   */
  write(line: string): void;
  readonly file: TaskLogFile;
  close(): void;
}

export class TaskLogFiles implements TaskLogs {
  readonly #directory: StateDirectory;
  readonly #now: () => number;

  constructor(directory: StateDirectory, now: () => number) {
    this.#directory = directory;
    this.#now = now;
  }

  /** @param isFirst false to continue the file of an earlier attempt. @throws ApiError `store_unavailable` */
  open(id: number, isFirst: boolean): TaskLog {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_TRUNC } = constants;
    let descriptor: number;
    try {
      this.#ensureFolder();
      // After a restore, task numbers can start lower than before, so a file with this name may already exist.
      const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | (isFirst ? O_TRUNC : 0);
      descriptor = this.#directory.open(nameOf(id), flags);
    } catch (error) {
      throw unavailable(error, this.#directory.file(nameOf(id)));
    }
    let isFull = false;
    return {
      write: (line) => {
        if (isFull) return;
        const at = new Date(this.#now()).toISOString();
        const bytes = Buffer.from(`${at} ${visible(line)}\n`);
        isFull = fstatSync(descriptor).size + bytes.length > MAX_TASK_LOG_BYTES;
        try {
          writeSync(descriptor, isFull ? Buffer.from(`${at} ${LIMIT_REACHED}\n`) : bytes);
        } catch {
          // A full disk must not make a task fail that needs no space itself.
        }
      },
      file: {
        path: this.#directory.file(nameOf(id)),
        size: () => fstatSync(descriptor).size,
        readFrom: (offset) => this.#bytes(id)?.subarray(offset).toString() ?? '',
      },
      close: () => closeSync(descriptor),
    };
  }

  /** Returns undefined if the task has no log. Programs wrote a part of it, so characters are escaped again. */
  read(id: number): string | undefined {
    return this.#bytes(id)?.toString().split('\n').map(visibleLine).join('\n');
  }

  /** The complete lines from a position on, in bytes. Returns undefined if the task has no log. */
  piece(id: number, offset: number): TaskLogPiece | undefined {
    const bytes = this.#bytes(id);
    if (bytes === undefined) return undefined;
    const end = Math.max(offset, bytes.lastIndexOf('\n') + 1);
    const text = bytes.subarray(offset, end).toString();
    const lines = text === '' ? [] : text.slice(0, -1).split('\n').map(visibleLine);
    return { lines, end, size: bytes.length };
  }

  list(): number[] {
    let names: string[];
    try {
      names = readdirSync(this.#directory.file(FOLDER));
    } catch {
      return [];
    }
    return names.flatMap((name) => {
      const [, id] = FILE.exec(name) ?? [];
      return id === undefined ? [] : [Number(id)];
    });
  }

  remove(id: number): void {
    rmSync(this.#directory.file(nameOf(id)), { force: true });
  }

  #bytes(id: number): Buffer | undefined {
    try {
      return readFileSync(this.#directory.file(nameOf(id)));
    } catch {
      return undefined;
    }
  }

  #ensureFolder(): void {
    const path = this.#directory.file(FOLDER);
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    this.#directory.sync();
  }
}

/** A program that shows its progress begins a line again after a carriage return: only the last state counts. */
function visibleLine(line: string): string {
  return visible(line.slice(line.replace(/\r+$/, '').lastIndexOf('\r') + 1).replace(/\r+$/, ''));
}

function nameOf(id: number): string {
  return `${FOLDER}/${id}.log`;
}
