// Access control: whether a caller may call a function.
import type { Caller } from './context.ts';
import type { Access, Spec } from './define.ts';
import { denied } from './errors.ts';

export function mayCall(caller: Caller, access: Access): boolean {
  if (access === 'any' || caller.privileges === 'all') return true;
  if (access === 'root') return false;
  const held = caller.privileges;
  return access.some((privilege) => held.has(privilege));
}

/** Whether the caller sees all accounts: root, root's limited API tokens, and holders of every privilege. */
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

/** @throws ApiError `denied` if the caller may only read, and the function changes something. */
export function authoriseEffect(
  { isReadOnly }: Caller,
  { name, effect }: Pick<Spec, 'name' | 'effect'>,
): void {
  if (isReadOnly !== true || effect === 'none' || effect === 'reads') return;
  throw denied(`You may not call “${name}” with a read-only API token. Use another login.`);
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
  if (effect === 'none' || effect === 'reads') return;
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
