// The SSH keys of a user: files that are written or removed, and which of them may log in.
import { defineChange, exclusive, shared, type Plan, type PlannedStep } from '../../../core/plan.ts';
import authorize from '../driver/ssh-keys/steps/authorize.ts';
import type { KeyFolder } from '../driver/ssh-keys/folder.ts';
import type { PublicKey } from '../driver/ssh-keys/keys.ts';
import remove from '../driver/ssh-keys/steps/remove.ts';
import store from '../driver/ssh-keys/steps/store.ts';

const change = defineChange<null>({
  kind: 'change-ssh-keys',
  // The machine alone has them.
  store: async () => undefined,
});
export default change;

export interface NewKeyFile {
  readonly name: string;
  readonly content: string;
  /** Permission bits. */
  readonly mode: number;
  /** What becomes of a file of this name: it is kept under another name, or it goes. Absent: it must not be there. */
  readonly former?: { readonly keptAs: string } | 'replaced';
}

export function storeKeys(folder: KeyFolder, files: readonly NewKeyFile[]): Plan {
  const secret = JSON.stringify(Object.fromEntries(files.map(({ name, content }) => [name, content])));
  const input = { folder, files: files.map(({ name, mode, former }) => ({ name, mode, former })) };
  return { ...planOf(folder, [store.plan(input)]), secret };
}

/** `options`: undefined leaves them as they are. */
export function authorizeKey(folder: KeyFolder, key: PublicKey, options: string | undefined): Plan {
  return planOf(folder, [authorize.plan({ folder, change: { key, options } })]);
}

export function stopKey(folder: KeyFolder, fingerprint: string): Plan {
  return planOf(folder, [authorize.plan({ folder, change: { without: fingerprint } })]);
}

/** `fingerprint`: of the key that may not log in any more; undefined leaves authorized_keys as it is. */
export function removeKey(folder: KeyFolder, name: string, fingerprint: string | undefined): Plan {
  return planOf(folder, [
    ...(fingerprint === undefined ? [] : [authorize.plan({ folder, change: { without: fingerprint } })]),
    remove.plan({ folder, name }),
  ]);
}

function planOf(folder: KeyFolder, steps: readonly PlannedStep[]): Plan {
  const { user } = folder;
  const locks = [exclusive(`ssh keys ${user}`), ...(user === 'root' ? [] : [shared(`account ${user}`)])];
  return change.plan(null, { locks, steps });
}
