// Writes the virtual hosts of all accounts again, after a change of a setting that they depend on.
import { ApiError } from '../../core/errors.ts';
import { MachineError } from '../../core/machine-error.ts';
import type { TaskContext } from '../../core/task.ts';
import type { AccountWeb } from '../../model/web/account-web.ts';
import { pause } from '../acme/challenges.ts';
import type { DriverMachine } from '../step.ts';
import { virtualHosts } from './virtual-hosts.ts';

/** How long calls that are changing accounts may take. */
const LIMIT_MS = 300_000;
const PAUSE_MS = 500;

export interface WrittenAll {
  /** How many accounts have other virtual hosts than before. */
  readonly written: number;
  /** Why others could not be written, by username. */
  readonly failures: ReadonlyMap<string, string>;
}

/** The accounts as they are stored. */
export interface StoredWebs {
  readonly webs: readonly AccountWeb[];
  /** The accounts that calls are changing: they are not in `webs`. */
  readonly inWork: readonly string[];
}

/**
 * An account that a call is changing is written after the end of that call.
 * @param read reads the accounts in one transaction.
 * @throws ApiError `busy`.
 */
export async function writeAllVirtualHosts(
  { machine, signal, now }: Pick<TaskContext, 'machine' | 'signal' | 'now'>,
  read: () => Promise<StoredWebs>,
): Promise<WrittenAll> {
  const written = new Set<string>();
  for (const until = now() + LIMIT_MS; ;) {
    signal.throwIfAborted();
    const { webs, inWork } = await read();
    const { changed, failures } = await writeEach(machine, webs);
    for (const username of changed) written.add(username);
    // If something was written, a call may have begun meanwhile, and have written what the list did not have yet.
    if (inWork.length === 0 && changed.length === 0) return { written: written.size, failures };
    if (now() >= until) {
      const minutes = LIMIT_MS / 60_000;
      throw new ApiError(
        'busy',
        `Calls have been changing accounts for ${minutes} minutes: ${inWork.join(', ')}.`,
      );
    }
    if (inWork.length > 0) await pause(PAUSE_MS, signal);
  }
}

/** Together, because they share a reload. */
async function writeEach(machine: DriverMachine, webs: readonly AccountWeb[]) {
  const changed: string[] = [];
  const failures = new Map<string, string>();
  await Promise.all(
    webs.map(async (web) => {
      const { username } = web;
      try {
        const step = virtualHosts.change(username, web);
        const memento = await step.prepare(machine);
        if (memento.files.length === 0) return;
        await step.apply(machine, memento);
        changed.push(username);
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof MachineError)) throw error;
        failures.set(username, error.message);
      }
    }),
  );
  return { changed, failures };
}
