// Virtual hosts of new accounts. A reload of Apache takes longer the more virtual hosts there are. Creating an account
// does not wait for it: the new file is checked alone, and the reload is requested. A task confirms later that Apache
// uses the file.
import { setTimeout as pause } from 'node:timers/promises';
import { MachineError } from '../../../../../core/machine-error.ts';
import { withAccount, type Locking } from '../../../../../ground/driver/each-account.ts';
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import type { Confirmation, ConfirmOptions } from '../contract.ts';
import {
  APACHE_REJECTS,
  assertRuns,
  exclusively,
  nextGeneration,
  rejectionOf,
  reload,
  servedGeneration,
  writtenGeneration,
  type ApacheServer,
} from './control.ts';
import { accountFile, ACCOUNTS } from './places.ts';

/**
 * Notes that the files in place need a reload, so that `confirm` finds out if it is never requested.
 * @throws MachineError `failed` if Apache is not running.
 */
export async function prepareReload(server: ApacheServer, port: DriverPort): Promise<void> {
  // A request takes less time than systemctl.
  if ((await servedGeneration(server.ports.http)) === undefined) await assertRuns(server, port);
  await nextGeneration(port);
}

const SERVED_MS = 30_000;
const PAUSE_MS = 50;

/**
 * Waits until Apache uses the latest configuration, and reloads it if the request was lost. A new file that Apache
 * rejects is removed, so that it does not stop others, unless a call corrects or removes it first.
 * @throws MachineError `failed` if Apache does not run, or rejects a file that is not new or was written by others.
 */
export async function confirm(
  server: ApacheServer,
  port: DriverPort,
  locking: Locking,
  { waitMs = SERVED_MS, isReloadNeeded = false, signal }: ConfirmOptions = {},
): Promise<Confirmation> {
  const removed: { path: string; reason: string }[] = [];
  if (!(await server.isServed(port))) return { removed };
  // During many additions, there are later generations before this one is served.
  if (!isReloadNeeded && (await waitUntilServed(server, await writtenGeneration(port), { waitMs, signal })))
    return { removed };
  for (;;) {
    const served = (await servedGeneration(server.ports.http)) ?? 0;
    try {
      await exclusively(port)(() => reload(server, port, signal));
      return { removed };
    } catch (error) {
      const username = await rejectedAddition(error, served, port);
      if (username === undefined) throw error;
      const correct = async () => {
        const present = await rejectionOf(server, port);
        if (present === undefined || (await rejectedAddition(present, served, port)) !== username) return;
        const path = accountFile(username);
        await port.files.backUp(path);
        await port.files.remove(path);
        removed.push({ path, reason: present.message });
      };
      await withAccount(locking, username, () => exclusively(port)(correct));
    }
  }
}

interface Waiting {
  readonly waitMs?: number;
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined;
}

/** Waits until Apache uses this generation of the configuration, or a later one. @returns false if it does not. */
export async function waitUntilServed(
  server: ApacheServer,
  generation: number,
  { waitMs = SERVED_MS, signal }: Waiting = {},
): Promise<boolean> {
  for (const until = Date.now() + waitMs; ;) {
    signal?.throwIfAborted();
    if (((await servedGeneration(server.ports.http)) ?? -1) >= generation) return true;
    if (Date.now() >= until) return false;
    await pause(PAUSE_MS);
  }
}

/** The account whose file Apache rejects, if it is ours and Apache has never used it. */
async function rejectedAddition(
  error: unknown,
  served: number,
  { files }: DriverPort,
): Promise<string | undefined> {
  if (!(error instanceof MachineError) || !error.message.startsWith(APACHE_REJECTS)) return undefined;
  // The file of a wildcard subdomain, `~…`, is not of a new account: the call that wrote it waits for Apache.
  const names = (await files.list(ACCOUNTS)).filter((one) => !one.startsWith('~'));
  const [name] = names.filter((one) => error.message.includes(`${ACCOUNTS}/${one}:`));
  if (name === undefined) return undefined;
  const username = name.replace(/\.conf$/, '');
  const path = accountFile(username);
  const { modifiedAt = 0 } = (await files.facts(path)) ?? {};
  // The generation is the time of its reload.
  return modifiedAt > served && (await files.origin(path)) === 'ours' ? username : undefined;
}
