// Finds the programs of accounts that should not run.
import type { Machine } from '../../../../core/machine.ts';
import type { UserProcess } from '../../../../core/machine-processes.ts';
import { FIRST_UID } from '../../../../core/machine-values.ts';
import type { Search } from '../../rules/background-processes/settings.ts';

export interface UnwantedProcess extends UserProcess {
  readonly user: string;
  /** The name by which it was found. */
  readonly name: string;
}

/** Upper and lower case do not matter. Users of the system are never searched, even if an account has such a name. */
export async function findUnwanted(machine: Machine, { names, users }: Search): Promise<UnwantedProcess[]> {
  const processes = await machine.processes();
  if (!processes.isSupported || names.length === 0 || users.length === 0) return [];
  const found = await (await machine.users()).findAll(users);
  const byUid = new Map([...found.values()].map(({ uid, name }) => [uid, name]));
  const uids = [...byUid.keys()].filter((uid) => uid >= FIRST_UID);
  return (await processes.list(uids)).flatMap((process) => {
    const name = process.names.find((one) => names.includes(one.toLowerCase()));
    return name === undefined ? [] : [{ ...process, name, user: byUid.get(process.uid) ?? '' }];
  });
}
