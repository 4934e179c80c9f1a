// Reads the outcome of logins from ProFTPD’s log, as far as it has grown since the last reading.
import { isIP } from 'node:net';
import type { Machine } from '../../../../core/machine.ts';
import { LOGIN_LOG, LOGIN_LOG_FOLDER } from '../proftpd/places.ts';

export interface FtpLogin {
  readonly address: string;
  /** As it was sent. */
  readonly user: string;
  readonly isRight: boolean;
}

/** At most this much is read at once. */
const MAX_BYTES = 2 ** 20;

export class LoginLog {
  /** Undefined before the first reading, which only finds the end: what was logged before is not known to be recent. */
  #seen: { readonly file: string; position: number } | undefined;

  async readNew(machine: Pick<Machine, 'files'>): Promise<readonly FtpLogin[]> {
    const files = await machine.files([LOGIN_LOG_FOLDER]);
    const log = await files.open(LOGIN_LOG);
    if (log === undefined) {
      this.#seen ??= { file: '', position: 0 };
      return [];
    }
    try {
      const file = `${log.device} ${log.inode}`;
      this.#seen ??= { file, position: log.size };
      // It was rotated.
      if (this.#seen.file !== file || log.size < this.#seen.position) this.#seen = { file, position: 0 };
      const buffer = Buffer.alloc(Math.min(MAX_BYTES, log.size - this.#seen.position));
      const length = await log.read(buffer, buffer.length, this.#seen.position);
      const end = buffer.lastIndexOf('\n', length - 1) + 1;
      // A line is as long as a command can be. Anything longer is none.
      this.#seen.position += end === 0 && length === MAX_BYTES ? length : end;
      return buffer.toString('utf8', 0, end).split('\n').flatMap(readLine);
    } finally {
      log.close();
    }
  }
}

/** The name is last, because a client can send any text as its name, except for the end of a line. */
function readLine(line: string): readonly FtpLogin[] {
  const [, address = '', code, user = ''] = /^(\S+) (230|530) PASS (.*)$/s.exec(line) ?? [];
  return isIP(address) === 0 ? [] : [{ address, user, isRight: code === '230' }];
}
