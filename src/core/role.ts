// Roles of a server, such as DNS: a function that needs one fails without it.
import type { AnyFunction } from './define.ts';
import type { Engine } from './engine.ts';
import { ApiError } from './errors.ts';

/** @throws ApiError `disabled` if this server does not have the function's role. */
export async function assertRole(
  { store, rolesOf }: Engine,
  { name, role }: Pick<AnyFunction, 'name' | 'role'>,
): Promise<void> {
  if (role === undefined) return;
  const roles = await store.transaction('reads', async (db) => ({ value: await rolesOf(db), keep: false }));
  if (roles.has(role)) return;
  throw new ApiError(
    'disabled',
    `“${name}” needs the role “${role}”, which this server does not have. ` +
      'Activate a profile with it: start_profile_activation.',
  );
}
