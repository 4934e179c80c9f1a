// How much mail there is in mailboxes: what Dovecot keeps in the file “maildirsize” of each (Maildir++). It is read with the
// rights of the account’s user, who can also change it.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';

export interface MailboxUsage {
  readonly bytes: number;
  /** The time of the last change. Seconds since 1970-01-01; 0 if there is no mail yet. */
  readonly changedAt: number;
}

/** Dovecot counts again before the file is larger than this (Maildir++). */
const MAX_BYTES = 64 * 1024;
const NONE: MailboxUsage = { bytes: 0, changedAt: 0 };

/** The usage of mailboxes by their folder below `~/mail`. That of the account itself is under the empty name. */
export async function lookAtUsage(
  machine: Pick<Machine, 'userFiles'>,
  username: string,
  folders: readonly string[],
): Promise<ReadonlyMap<string, MailboxUsage>> {
  const files = await machine.userFiles(username);
  const usages = new Map<string, MailboxUsage>();
  for (const folder of ['', ...folders]) {
    const path = ['mail', ...(folder === '' ? [] : [folder]), 'maildirsize'].join('/');
    try {
      const found = (await files.stat(path)) === undefined ? undefined : await files.read(path, MAX_BYTES);
      usages.set(folder, found === undefined ? NONE : usageIn(found.content, found.file.modifiedAt));
    } catch (error) {
      // The user has put something else in its place.
      if (!(error instanceof MachineError)) throw error;
      usages.set(folder, NONE);
    }
  }
  return usages;
}

const LINE = /^\s*(-?\d{1,15})\s+-?\d{1,15}\s*$/;

/** The first line is the limit. The others add up: bytes, and a number of messages. */
function usageIn(content: Uint8Array, changedAt: number): MailboxUsage {
  const [, ...lines] = new TextDecoder().decode(content).split('\n');
  const bytes = lines.reduce((sum, line) => sum + Number(LINE.exec(line)?.[1] ?? 0), 0);
  return { bytes: Math.max(bytes, 0), changedAt: Math.floor(changedAt / 1000) };
}
