// Rows of users in the files of the sandbox.
import type { MachineUser } from '../../core/machine.ts';
import { alreadyExists } from '../../core/machine-values.ts';
import { userOf } from '../passwd.ts';
import type { Table, Tables } from './tables.ts';

const FIRST_SANDBOX_UID = 10001;

export function findIn(passwd: Table, name: string): MachineUser | undefined {
  const entry = passwd.row(name);
  return entry && userOf(entry);
}

/** @throws MachineError `exists` if the chosen ID is taken. */
export function uidFor({ passwd, group }: Tables, chosen: number | undefined): number {
  let highest = FIRST_SANDBOX_UID - 1;
  for (const table of [passwd, group]) {
    for (const id of table.ids()) {
      if (id === chosen) throw alreadyExists(`The user ID ${chosen}`);
      if (id > highest) highest = id;
    }
  }
  return chosen ?? highest + 1;
}

/** Removes the row with the new name that an interrupted rename left next to the row with the old name. */
export function replaced(table: Table, from: string, to: string): Table {
  return from === to || table.row(from) === undefined ? table : table.without(to);
}
