// Has the users of Roundcube follow their mailboxes: removed with them, and renamed with them.
import type { Db } from '../../../../core/context.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { CONFIGURATION, USERS } from '../../rules/places.ts';
import { changeFor, remember, type RoundcubeChange } from '../../rules/webmail-users.ts';
import { runPhp } from './php.ts';

export interface Following {
  readonly machine: DriverMachine;
  readonly transaction: <T>(effect: 'reads' | 'changes', work: (db: Db) => Promise<T>) => Promise<T>;
}

const NOTHING: RoundcubeChange = { removed: [], renamed: [] };

/** Can be repeated. @returns what has changed. @throws MachineError `failed`. */
export async function followMailboxes({ machine, transaction }: Following): Promise<RoundcubeChange> {
  const files = await machine.files([CONFIGURATION]);
  return files.whileLocked(USERS, async () => {
    const before = await ask(machine, NOTHING);
    if (before === undefined) return NOTHING;
    const change = await transaction('reads', (db) => changeFor(db, before));
    const isChanged = change.removed.length + change.renamed.length > 0;
    const after = isChanged ? ((await ask(machine, change)) ?? before) : before;
    await transaction('changes', (db) => remember(db, after));
    return change;
  });
}

async function ask(machine: DriverMachine, change: RoundcubeChange): Promise<readonly string[] | undefined> {
  const text = await runPhp(machine, USERS, JSON.stringify(change));
  if (text === undefined) return undefined;
  const names: unknown = JSON.parse(text);
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new MachineError('failed', 'Roundcube’s users could not be listed.');
}
