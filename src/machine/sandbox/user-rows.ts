// Rows of users in the files of the sandbox.
import type { MachineUser } from '../../core/machine.ts';
import { alreadyExists } from '../../core/machine-values.ts';
import { userOf } from '../passwd.ts';
import type { Row, Table, Tables } from './tables.ts';

const FIRST_SANDBOX_UID = 10001;
/** The field of passwd(5) and group(5) that has the ID. */
const ID = 2;

export function findIn(passwd: Table, name: string): MachineUser | undefined {
  const entry = passwd.row(name);
  return entry && userOf(entry);
}

/** The row of a user or group. */
export function findById(table: Table, id: number): Row | undefined {
  return table.rowWith(ID, String(id));
}

/** @throws MachineError `exists` if the chosen ID is taken. */
export function uidFor({ passwd, group }: Tables, chosen: number | undefined): number {
  if (chosen === undefined) {
    return Math.max(FIRST_SANDBOX_UID, passwd.highestId() + 1, group.highestId() + 1);
  }
  if ([passwd, group].some((table) => table.isTaken(ID, String(chosen)))) {
    throw alreadyExists(`The user ID ${chosen}`);
  }
  return chosen;
}

/** Removes the row with the new name that an interrupted rename left next to the row with the old name. */
export function replaced(table: Table, from: string, to: string): Table {
  return from === to || table.row(from) === undefined ? table : table.without(to);
}
