// Confirms that PHP-FPM uses the pools of new accounts. Creating an account does not wait for it.
import { setTimeout as pause } from 'node:timers/promises';
import type { MachineKernel } from '../../core/machine-kernel.ts';
import { MachineError } from '../../core/machine-error.ts';
import { findVersions } from '../php/versions.ts';
import { reloadsOf } from '../reloads.ts';
import type { DriverPort } from '../file-driver.ts';
import type { DriverMachine } from '../step.ts';
import { isDown, isRunning, programOf, reload } from './control.ts';
import { rejectedFile, whoseFile } from './examine.ts';
import { poolFolder } from './places.ts';
import { poolSteps } from './driver.ts';

type ConfirmedMachine = DriverMachine & { readonly kernel: () => Promise<MachineKernel> };

/** A new file that PHP-FPM rejected. It is removed. */
export interface RemovedFile {
  readonly path: string;
  readonly reason: string;
}

/** How long a reload that was requested may take, or wait for others. */
const LISTENING_MS = 30_000;
const PAUSE_MS = 500;

/**
 * Waits until PHP-FPM listens for all pools of accounts, and reloads it if the request was lost. A new file of ours that
 * it rejects is removed, so that it does not stop others.
 * @throws MachineError `failed` if PHP-FPM rejects a file that is not new or was written by others.
 */
export async function confirmPools(
  machine: ConfirmedMachine,
  waitMs = LISTENING_MS,
): Promise<readonly RemovedFile[]> {
  if (!(await machine.services()).isSupported) return [];
  const removed: RemovedFile[] = [];
  for (const { release } of await findVersions(machine)) {
    removed.push(...(await confirmRelease(machine, release, waitMs)));
  }
  return removed;
}

async function confirmRelease(
  machine: ConfirmedMachine,
  release: string,
  waitMs: number,
): Promise<RemovedFile[]> {
  const port = await poolSteps(release).port(machine);
  // It reads all files when it starts.
  if (!(await isRunning(release, port))) return [];
  const until = Date.now() + waitMs;
  const unused = () => unusedFiles(machine, release, port);
  const first = await unused();
  if (first.length === 0) return [];
  // Those that are added meanwhile have a confirmation of their own.
  for (let rest = first; rest.length > 0; rest = (await unused()).filter((path) => first.includes(path))) {
    if (Date.now() >= until) break;
    await pause(PAUSE_MS);
  }
  const removed: RemovedFile[] = [];
  for (;;) {
    const rest = await unused();
    if (!rest.some((path) => first.includes(path))) return removed;
    const reason = await rejectionOf(machine, release, port);
    if (reason === undefined) return removed;
    const path = await rejectedFile(reason, release, port.files);
    if (path === undefined || !rest.includes(path) || (await port.files.origin(path)) !== 'ours')
      throw new MachineError('failed', `${reason.replace(/\.?$/, '.')}${whoseFile(path)}`);
    await port.files.backUp(path);
    await port.files.remove(path);
    removed.push({ path, reason });
  }
}

/** Our files with pools for which PHP-FPM does not listen. */
async function unusedFiles(
  machine: ConfirmedMachine,
  release: string,
  { files }: DriverPort,
): Promise<string[]> {
  const listening = await (await machine.kernel()).listeningPaths();
  const unused: string[] = [];
  for (const name of await files.list(poolFolder(release))) {
    if (!/^whmapi1-.+\.conf$/.test(name)) continue;
    const path = `${poolFolder(release)}/${name}`;
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
