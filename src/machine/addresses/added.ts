// The addresses that this program added. They are stored in a file, so that no other address is ever removed.
import type { NewMachineAddress } from '../../core/machine-addresses.ts';
import { MachineError } from '../../core/machine-error.ts';
import { fromLinks, toLinks, type Link } from './list.ts';

/** The file: the interfaces with their addresses, as `ip -json address show` prints them. */
export interface AddedFile {
  read(): Promise<Link[] | undefined>;
  write(links: Link[]): Promise<void>;
  /** Runs the work while no other process can change the file. */
  withLock<T>(work: () => Promise<T>): Promise<T>;
}

export async function readAdded(file: AddedFile): Promise<NewMachineAddress[]> {
  return fromLinks((await file.read()) ?? []);
}

export async function writeAdded(file: AddedFile, added: readonly NewMachineAddress[]): Promise<void> {
  await file.write(toLinks(added));
}

/** Adds `fresh` to `before`, and replaces the entries with the same address. */
export function merge(
  before: readonly NewMachineAddress[],
  fresh: readonly NewMachineAddress[],
): NewMachineAddress[] {
  const replaced = new Set(fresh.map(({ address }) => address));
  return [...before.filter(({ address }) => !replaced.has(address)), ...fresh];
}

export function alreadyConfigured(address: string, name: string): MachineError {
  return new MachineError('exists', `The address ${address} already exists on the interface “${name}”.`);
}

export function notAdded(address: string): MachineError {
  return new MachineError(
    'not_ours',
    `The address ${address} was not added by this program. Remove it where the server’s network is configured.`,
  );
}

export function unknownInterface(name: string): MachineError {
  return new MachineError('not_found', `The server has no network interface “${name}”.`);
}
