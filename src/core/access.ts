// Access control: whether a caller may call a function, whether the account has the feature that it needs, and the server
// its role.
import type { Caller } from './context.ts';
import { onlyReads, type Access, type AnyFunction, type Spec } from './define.ts';
import { denied, ApiError } from './errors.ts';
import type { Engine } from './engine.ts';

export function mayCall(caller: Caller, access: Access): boolean {
  if (access === 'any' || caller.privileges === 'all') return true;
  if (access === 'root') return false;
  const held = caller.privileges;
  return access.some((privilege) => held.has(privilege));
}

/** True if the caller sees all accounts: root, root's limited API tokens, and holders of every privilege. */
export function seesAll(caller: Caller): boolean {
  return caller.privileges === 'all' || caller.seesAll === true;
}

/** @throws ApiError `denied`, naming the privilege that is missing. */
export function authorise(caller: Caller, command: string, access: Access): void {
  if (mayCall(caller, access)) return;
  const needed =
    access === 'root'
      ? 'Only root may call it.'
      : `It requires the privilege ${(access as readonly string[]).map((name) => `“${name}”`).join(' or ')}.`;
  throw denied(`You may not call “${command}”. ${needed}`);
}

/** @throws ApiError `denied` if the caller may only read, and the function changes something or returns a secret. */
export function authoriseEffect(
  { isReadOnly }: Caller,
  { name, effect, returns }: Pick<AnyFunction, 'name' | 'effect' | 'returns'>,
): void {
  if (isReadOnly !== true) return;
  const reads = onlyReads(effect);
  if (reads && !hasSecret(returns)) return;
  const why = reads ? ', because it returns a secret' : '';
  throw denied(`You may not call “${name}” with a read-only API token${why}. Use another login.`);
}

/** True if a response, or a part of it, is marked as a secret (`Field.secret`). */
export function hasSecret(described: unknown): boolean {
  if (typeof described !== 'object' || described === null) return false;
  if ('secret' in described && described.secret === true) return true;
  return Object.values(described).some(hasSecret);
}

/**
 * An API token with fewer privileges than its owner never acts on its owner's account or credentials. Otherwise its
 * holder could gain the missing privileges. Descriptions state what a function acts on (`actsOn`, `actsOnCaller`), so
 * that handlers need not check it.
 * @throws ApiError `denied`.
 */
export function authoriseTarget(
  { user, isLimited }: Caller,
  { name, effect, actsOnCaller, params }: Spec,
  args: Readonly<Record<string, unknown>>,
): void {
  if (isLimited !== true) return;
  if (actsOnCaller === true) {
    throw denied(`You may not call “${name}” ${LIMIT}: it acts on your own login. Use another login.`);
  }
  if (onlyReads(effect)) return;
  for (const [key, { actsOn }] of Object.entries(params)) {
    if (actsOn === true && namesIn(args[key]).includes(user))
      authoriseAccount({ user, isLimited }, name, user);
  }
}

/**
 * The same rule for handlers whose arguments identify the account in another way, such as by its domain.
 * @throws ApiError `denied`.
 */
export function authoriseAccount(
  { user, isLimited }: Pick<Caller, 'user' | 'isLimited'>,
  command: string,
  account: string,
): void {
  if (isLimited !== true || account !== user) return;
  throw denied(`You may not call “${command}” for your own account, “${user}”, ${LIMIT}. Use another login.`);
}

const LIMIT = 'with an API token that has fewer privileges than its owner';

/** The names in an argument: the value itself, the items of a list, or the keys of a JSON hash. */
function namesIn(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.keys(value) : [value];
}

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
