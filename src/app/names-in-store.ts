// The names that a shell completes: accounts, domains and others that stand in the store.
import type { NameKind } from '../core/define.ts';
import type { StoredName } from '../life/rules/stored-names.ts';
import { locate, root } from './app.ts';

/**
 * Returns names in this server's own store that begin with `prefix` and that `user` (default: root) can see: see
 * `store/existing-store.ts`. Empty if there is no store.
 * @throws ApiError for a user who may not call any function, and the store's errors if it cannot be read.
 */
export async function namesInStore(
  environment: Readonly<Record<string, string | undefined>>,
  asked: { readonly kind: NameKind; readonly prefix: string; readonly user?: string | undefined },
): Promise<readonly StoredName[]> {
  const { userId, stateDirectory } = locate(environment);
  const { readExistingStore } = await import('../store/existing-store.ts');
  const { storedNames } = await import('../life/rules/stored-names.ts');
  const names = await readExistingStore(environment, stateDirectory, userId, async (db) => {
    const caller =
      asked.user === undefined
        ? root
        : await (await import('../capabilities/logins/rules/callers.ts')).callerOf(db, asked.user);
    return storedNames(db, caller, asked.kind, asked.prefix);
  });
  return names ?? [];
}
