// How the sandbox's files store a suspension: the shadow file locks the user out, and our own table has the old state.
import type { MachineUser } from '../../core/machine.ts';
import type { Row, Table, Tables } from './tables.ts';

/** Fields of a row of the shadow file. */
export const HASH = 1;
export const LAST_CHANGE = 2;
export const EXPIRY = 7;

/** Returns the changed tables, with the user suspended. The state from before an earlier suspension is kept. */
export function suspended(user: MachineUser, tables: Tables): Partial<Tables> {
  const { name, uid } = user;
  const [, hash = '!', , , , , , expiry = ''] = tables.shadow.row(name) ?? [];
  const isLocked = hash === '' || hash.startsWith('!');
  const before = suspensionOf(tables.suspended, user) ?? [name, String(uid), isLocked ? '1' : '0', expiry];
  return {
    suspended: tables.suspended.without(name).with(before),
    shadow: tables.shadow.changed(name, { [HASH]: hash.startsWith('!') ? hash : `!${hash}`, [EXPIRY]: '1' }),
  };
}

/** Returns the changed tables, with the state from before the suspension; none if the user is not suspended. */
export function unsuspended(user: MachineUser, tables: Tables): Partial<Tables> {
  const { name } = user;
  const before = suspensionOf(tables.suspended, user);
  if (before === undefined) return {};
  const [, , locked, expiry = ''] = before;
  const hash = tables.shadow.row(name)?.[HASH] ?? '!';
  return {
    shadow: tables.shadow.changed(name, {
      [HASH]: locked === '1' ? hash : hash.replace(/^!/, ''),
      [EXPIRY]: expiry,
    }),
    suspended: tables.suspended.without(name),
  };
}

export function suspensionOf(table: Table, user: MachineUser): Row | undefined {
  const found = table.row(user.name);
  return isSuspensionOf(found, user) ? found : undefined;
}

/** Returns false also for a row that a removed user with the same name left. */
export function isSuspensionOf(row: Row | undefined, { uid }: MachineUser): boolean {
  return row?.[1] === String(uid);
}
