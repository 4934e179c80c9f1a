// One log of accounts that are checked at the same time: whenever another account writes, a line says whose lines follow.
import type { CheckContext } from './check-context.ts';

type Log = CheckContext['log'];

export class RunLog {
  readonly #write: Log;
  #last: string | undefined;

  constructor(write: Log) {
    this.#write = write;
  }

  /** The log of an account. It begins with a heading, before its first line. */
  of(username: string, heading: string): Log {
    let isBegun = false;
    let host = '';
    return (type, indent, text) => {
      if (!isBegun) this.#write('out', 0, heading);
      else if (this.#last !== username) this.#write('out', 0, `${username}, continued${host}:`);
      isBegun = true;
      this.#last = username;
      // The lines of a virtual host begin with its name.
      if (indent === 1) host = ` (${text.split(':', 1).join('')})`;
      this.#write(type, indent, text);
    };
  }
}
