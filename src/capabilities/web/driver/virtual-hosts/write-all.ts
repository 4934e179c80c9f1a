// Writes the virtual hosts of accounts again, after a change of a setting that they depend on.
import { MachineError } from '../../../../core/machine-error.ts';
import type { AccountWeb } from '../../rules/account-web.ts';
import { eachAccount, type LockingWork } from '../../../../ground/driver/each-account.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { virtualHosts } from './virtual-hosts.ts';

export interface WrittenAll {
  /** How many accounts have other virtual hosts than before. */
  readonly written: number;
  /** Why others could not be written, by username. */
  readonly failures: ReadonlyMap<string, string>;
}

/**
 * Each account is read and written under its lock. A call that begins later knows the setting, because it was stored
 * before.
 * @param read what is stored of an account. Undefined: there is none of this name.
 */
export async function writeAllVirtualHosts(
  { machine, ...locking }: LockingWork & { readonly machine: DriverMachine },
  usernames: readonly string[],
  read: (username: string) => Promise<AccountWeb | undefined>,
): Promise<WrittenAll> {
  let written = 0;
  const failures = await eachAccount(locking, usernames, async (username) => {
    const web = await read(username);
    if (web === undefined) return;
    const step = virtualHosts.change(username, web);
    const memento = await step.prepare(machine);
    if (memento.files.length === 0) return;
    await step.apply(machine, memento);
    written += 1;
  });
  return { written, failures };
}

/**
 * The web server reads all files, also if none has changed: an attempt that was interrupted may have written some.
 * @returns why it could not. Empty: it has read them, or nothing serves.
 */
export async function readAllVirtualHosts(machine: DriverMachine): Promise<readonly string[]> {
  try {
    await virtualHosts.reload(machine);
    return [];
  } catch (error) {
    if (!(error instanceof MachineError)) throw error;
    return [error.message];
  }
}
