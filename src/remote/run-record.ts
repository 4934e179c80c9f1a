// Records the servers of a run that are done in a file, so that an interrupted run can be resumed.
import { randomBytes, scryptSync } from 'node:crypto';
import { quote } from '../core/quote.ts';
import type { RemoteHost } from './hosts.ts';
import { appendPrivate, readPrivateIfThere } from './private-files.ts';
import type { RemoteCall } from './server.ts';
import { SetupError } from './setup-error.ts';

/** If `begun` is the last outcome, the run was interrupted during the call to that server. */
export type Outcome = 'begun' | 'done' | 'failed' | 'unknown';

const words: ReadonlySet<string> = new Set<Outcome>(['begun', 'done', 'failed', 'unknown']);

export class RunRecord {
  readonly #path: string;
  readonly #outcomes = new Map<string, Outcome>();

  /** @throws SetupError if the file belongs to another call, or is not a record of a run. */
  constructor(path: string, call: RemoteCall) {
    this.#path = path;
    const text = readPrivateIfThere(path) ?? '';
    // The last line is ignored if a crash truncated it.
    const [first, ...lines] = text.split('\n').slice(0, -1);
    if (first === undefined) {
      const salt = randomBytes(16).toString('hex');
      appendPrivate(path, `whmapi1-run ${call.command} ${salt} ${digest(call, salt)}\n`);
      return;
    }
    const [mark, command = '', salt = '', expected] = first.split(' ');
    if (mark !== 'whmapi1-run')
      throw new SetupError(`${quote(path)} is not the record of a run. It was not changed.`);
    if (digest(call, salt) !== expected) {
      throw new SetupError(
        `${quote(path)} records a run of ${quote(command)} with other arguments or another function: name another file.`,
      );
    }
    for (const line of lines) {
      const [outcome = '', host = ''] = line.split(' ');
      if (words.has(outcome)) this.#outcomes.set(host, outcome as Outcome);
    }
  }

  /** Returns undefined for a server that was not called yet. */
  outcomeOf({ label }: RemoteHost): Outcome | undefined {
    return this.#outcomes.get(label);
  }

  begin(host: RemoteHost): void {
    this.#write('begun', host);
  }

  end(host: RemoteHost, outcome: Outcome): void {
    this.#write(outcome, host);
  }

  #write(outcome: Outcome, { label }: RemoteHost): void {
    appendPrivate(this.#path, `${outcome} ${label}\n`);
  }
}

/** Identifies a call without revealing its arguments, some of which may be passwords. */
function digest({ command, args, dryRun }: RemoteCall, salt: string): string {
  const text = JSON.stringify([command, dryRun, args.map(({ name, value }) => [name, value])]);
  return scryptSync(text, salt, 32).toString('hex');
}
