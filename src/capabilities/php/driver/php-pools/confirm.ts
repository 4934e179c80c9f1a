// Confirms that PHP-FPM uses the pools of new accounts. Creating an account does not wait for it.
import { setTimeout as pause } from 'node:timers/promises';
import type { MachineKernel } from '../../../../core/machine-kernel.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { findVersions } from '../versions.ts';
import { withAccount, type Locking } from '../../../../ground/driver/each-account.ts';
import { reloadsOf } from '../../../../ground/driver/reloads.ts';
import type { DriverPort } from '../../../../ground/driver/file-driver.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { assertWholeConfiguration, exclusively, isDown, isRunning, programOf, reload } from './control.ts';
import { rejectedFile, whoseFile } from './examine.ts';
import { accountFile, CONFIGURATION, poolFolder, SOCKETS, usernameOf } from './places.ts';
import { poolSteps } from './driver.ts';
import { endWaiting, listWaiting } from './waiting.ts';

type ConfirmedMachine = DriverMachine & { readonly kernel: () => Promise<MachineKernel> };

/** A new file that PHP-FPM rejected. It is removed. */
export interface RemovedFile {
  readonly path: string;
  readonly reason: string;
}

interface Confirming extends Locking {
  /** Ends the wait for PHP-FPM. */
  readonly signal?: AbortSignal;
}

/** How long a reload that was requested may take, or wait for others. */
const LISTENING_MS = 30_000;
const PAUSE_MS = 500;

/**
 * Waits until PHP-FPM listens for all pools of accounts, and reloads it if the request was lost. A new file of ours that
 * it rejects is removed, so that it does not stop others, unless a call corrects or removes it first.
 * @throws MachineError `failed` if PHP-FPM rejects a file that is not new or was written by others.
 */
export async function confirmPools(
  machine: ConfirmedMachine,
  locking: Confirming,
  waitMs = LISTENING_MS,
): Promise<readonly RemovedFile[]> {
  if (!(await machine.services()).isSupported) return [];
  const removed: RemovedFile[] = [];
  for (const { release } of await findVersions(machine)) {
    removed.push(...(await confirmRelease(machine, release, locking, waitMs)));
  }
  return removed;
}

async function confirmRelease(
  machine: ConfirmedMachine,
  release: string,
  locking: Confirming,
  waitMs: number,
): Promise<RemovedFile[]> {
  const port = await poolSteps(release).port(machine);
  // It reads all files when it starts.
  if (!(await isRunning(release, port))) return [];
  const until = Date.now() + waitMs;
  const unused = (paths: readonly string[]) => unusedFiles(machine, port, paths);
  // Those that are added meanwhile have a confirmation of their own.
  const first = await unused(await ourFiles(release, port));
  if (first.length === 0) return [];
  for (let rest = first; rest.length > 0; rest = await unused(rest)) {
    if (Date.now() >= until) break;
    locking.signal?.throwIfAborted();
    await pause(PAUSE_MS);
  }
  const removed: RemovedFile[] = [];
  for (;;) {
    if ((await unused(first)).length === 0) return removed;
    const reason = await rejectionOf(machine, release, port);
    if (reason === undefined) return removed;
    const path = await rejectedFile(reason, release, port.files);
    const isNewAndOurs = async (one: string) =>
      usernameOf(one) !== '' && (await unused([one])).length > 0 && (await port.files.origin(one)) === 'ours';
    if (path === undefined || !(await isNewAndOurs(path)))
      throw new MachineError('failed', `${reason.replace(/\.?$/, '.')}${whoseFile(path)}`);
    const correct = async () => {
      const present = await assertWholeConfiguration(release, port).then(
        () => '',
        (error: unknown) => (error as Error).message,
      );
      if ((await rejectedFile(present, release, port.files)) !== path || !(await isNewAndOurs(path))) return;
      await port.files.backUp(path);
      await port.files.remove(path);
      removed.push({ path, reason: present });
    };
    await withAccount(locking, usernameOf(path), () => exclusively(release, port)(correct));
  }
}

/**
 * Lets Apache use the virtual hosts of new accounts whose pools are loaded, if the process that created them was killed
 * before it did. @returns whether there were any, so that Apache must be reloaded.
 */
export async function endForgottenWaiting(machine: ConfirmedMachine): Promise<boolean> {
  if (!(await machine.services()).isSupported) return false;
  const files = await machine.files([CONFIGURATION, SOCKETS]);
  const waiting = await listWaiting(files);
  if (waiting.length === 0) return false;
  const unused = new Set<string>();
  for (const { release } of await findVersions(machine)) {
    const port = await poolSteps(release).port(machine);
    if (!(await isRunning(release, port))) continue;
    const paths = waiting.map((username) => accountFile(release, username));
    for (const path of await unusedFiles(machine, port, paths)) unused.add(usernameOf(path));
  }
  const loaded = waiting.filter((username) => !unused.has(username));
  await endWaiting(files, loaded);
  return loaded.length > 0;
}

/** Our files with pools of accounts. */
async function ourFiles(release: string, { files }: DriverPort): Promise<string[]> {
  const names = await files.list(poolFolder(release));
  return names
    .filter((name) => /^whmapi1-.+\.conf$/.test(name))
    .map((name) => `${poolFolder(release)}/${name}`);
}

/** Those of the files with pools for which PHP-FPM does not listen. */
async function unusedFiles(
  machine: ConfirmedMachine,
  { files }: DriverPort,
  paths: readonly string[],
): Promise<string[]> {
  const listening = await (await machine.kernel()).listeningPaths();
  const unused: string[] = [];
  for (const path of paths) {
    const text = (await files.readText(path)) ?? '';
    const sockets = [...text.matchAll(/^listen = (\S+)$/gm)].map(([, socket = '']) => socket);
    if (sockets.some((socket) => !listening.has(socket))) unused.push(path);
  }
  return unused;
}

/** Reloads PHP-FPM. @returns why it rejects its files. */
async function rejectionOf(
  machine: ConfirmedMachine,
  release: string,
  port: DriverPort,
): Promise<string | undefined> {
  const run = () => reload(release, port);
  const nothing = () => Promise.resolve();
  const request = {
    key: programOf(release),
    run,
    exclusively: exclusively(release, port),
    swap: nothing,
    rollBack: nothing,
    isBlamed: () => false,
    isDown,
  };
  try {
    await reloadsOf(machine).request(request);
    return undefined;
  } catch (error) {
    if (!(error instanceof MachineError) || !isDown(error) || !(await isRunning(release, port))) throw error;
    return error.message;
  }
}
