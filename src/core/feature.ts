// Features of an account, such as `subdomains`: a function of UAPI that needs one fails without it.
import type { Caller } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Engine } from './engine.ts';
import { denied } from './errors.ts';

/** @throws ApiError `denied` if the account does not have the function's feature. */
export async function assertFeature(
  { store, hasFeature }: Engine,
  { name, feature }: Pick<AnyFunction, 'name' | 'feature'>,
  { user }: Pick<Caller, 'user'>,
): Promise<void> {
  if (feature === undefined) return;
  const has = await store.transaction('reads', async (db) => ({
    value: await hasFeature(db, user, feature),
    keep: false,
  }));
  if (has) return;
  throw denied(
    `You may not call “${name}”: it requires the feature “${feature}”, which the account “${user}” does not have. ` +
      'The feature list of its package decides.',
  );
}
