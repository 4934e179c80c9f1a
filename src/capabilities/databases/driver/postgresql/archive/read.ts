// Reads what a cpmove archive, unpacked, says about the PostgreSQL databases of its account. The dumps are read later.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { Machine } from '../../../../../core/machine.ts';
import { GRANTS_FILE, USERS_FILE } from './names.ts';
import { readGrants, readUsers, type ArchivedGrant, type ArchivedUser } from './role-statements.ts';

export interface ArchivedPostgresql {
  readonly databases: readonly string[];
  readonly users: readonly ArchivedUser[];
  readonly grants: readonly ArchivedGrant[];
  /** Files of the folder that are none of these, so nothing is read from them. */
  readonly others: readonly string[];
}

const MAX_BYTES = 4 * 1024 * 1024;
const DUMP = '.tar';

/** @throws MachineError `failed` for files of another form. */
export async function readArchive(machine: Machine, directory: string): Promise<ArchivedPostgresql> {
  const files = await machine.files([directory]);
  const folder = `${directory}/psql`;
  const names = await files.list(folder);
  const read = async <T>(file: string, reader: (text: string, path: string) => T[]): Promise<T[]> => {
    const all: T[] = [];
    for (const path of [`${directory}/${file}`, `${folder}/${file}`])
      all.push(...reader((await files.readText(path, MAX_BYTES)) ?? '', path));
    return all;
  };
  return {
    databases: names.filter((name) => name.endsWith(DUMP)).map((name) => name.slice(0, -DUMP.length)),
    users: unique(await read(USERS_FILE, readUsers)),
    grants: await read(GRANTS_FILE, readGrants),
    others: names
      .filter((name) => !name.endsWith(DUMP) && ![USERS_FILE, GRANTS_FILE].includes(name))
      .map((name) => `${folder}/${name}`),
  };
}

/** Each of the two places may have the same users. */
function unique(users: readonly ArchivedUser[]): ArchivedUser[] {
  const found = new Map<string, ArchivedUser>();
  for (const user of users) {
    const former = found.get(user.name);
    if (former !== undefined && former.verifier !== user.verifier) {
      throw new MachineError(
        'failed',
        `The archive has two files “${USERS_FILE}”, with different passwords of “${user.name}”. Nothing was changed.`,
      );
    }
    found.set(user.name, user);
  }
  return [...found.values()];
}
